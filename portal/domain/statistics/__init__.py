"""The arithmetic of figures people act on (formulas.md §3.1–3.13): pure functions, no records, no libraries.

Which function answers which question:

What counts, and how is it said?
  Which answers are in the base, and why are others not?        valid, base, Missing
  How is a share, mean, NPS, difference told?                   said_share, said_mean, said_nps, said_difference
  A percent or interval alone, for a column                     percent_shown, part_shown, interval_shown
  Rounding; median; the ninetieth percentile                    rounded, percent; median; percentile
How good?
  满意率, the share of the satisfied                             satisfied → Share
  满意度, the mean worth, by the version's mapping               satisfaction(counts, STEPS or linear(k)) → Mean
  The index of a tree of indicators                             index(Indicator …)
  NPS; customer effort; the three-question index                nps; ces; acsi
  Where does the true value lie?                                Share.interval, Mean.interval, Nps.interval; wilson
  … of few customers, or all of them                            share(hits, n, population), Share.is_census
Whom to ask?
  How many answers are needed; how many from each stratum       sample_size; allocate
  Who is drawn, who is in reserve                               draw(strata, wanted, seed)
Whom do the answers stand for?
  Per answer, per account (the default), per sales              at_level(answers, PER_ACCOUNT).share or .mean; Sums of a database
  Design weights; the effective base                            design_weights, weighted_share, weighted_mean; kish
  How much of our sales have we heard?                          revenue_coverage
  Who answered: accounts and contacts; AAPOR's rates            response; Outcomes.response_rate(1), .cooperation …
  Are those who did not answer different? And then?             nonresponse_by_group, …_by_amount; post_stratified
Is a difference real?
  Two groups: shares; means; answers on a scale                 compare_shares; compare_means; mann_whitney
  The same members twice: yes or no; means                      compare_same (also what a measure did); paired_means
  Two counts                                                    count_moved
  A cross-tab as a whole; which columns differ                  chi_square (Cramér's V); letters (corrected)
  Over three waves and more                                     share_trend; mean_trend
Who is best, what comes first?
  League table with ICC, shrinkage, rank intervals, verdicts    league(Unit …); ranking.icc, ranking.funnel
  Importance and performance                                    importance, quadrants; spearman, standardised
  Hot issues by distinct customers                              distinct, per_hundred; control, alarming; vital_few
What must not be shown?
  Groups beside a total, beside other divisions; a table       hidden, hidden_across; hidden_table
"""

from portal.domain.statistics.answers import Base, Missing, base, valid
from portal.domain.statistics.comparisons import (
    DOWN,
    EXACT_BELOW,
    FLAT,
    REAL,
    UP,
    Comparison,
    compare_means,
    compare_same,
    compare_shares,
    corrected,
    count_moved,
    fisher,
    mann_whitney,
    moved,
    newcombe,
    newcombe_paired,
    paired_means,
    two_proportions,
)  # fmt: skip
from portal.domain.statistics.crosstabs import Association, chi_square, letter, letters
from portal.domain.statistics.limits import (
    BASE,
    RUN,
    Control,
    alarming,
    c_limit,
    control,
    distinct,
    per_hundred,
    poisson_tail,
    vital_few,
)  # fmt: skip
from portal.domain.statistics.priorities import (
    Attribute,
    Chart,
    Correlation,
    importance,
    quadrants,
    spearman,
    standardised,
)  # fmt: skip
from portal.domain.statistics.ranking import League, Place, Unit, league
from portal.domain.statistics.responses import (
    NonResponse,
    Outcomes,
    Response,
    nonresponse_by_amount,
    nonresponse_by_group,
    response,
)  # fmt: skip
from portal.domain.statistics.samples import Drawn, allocate, draw, sample_size
from portal.domain.statistics.scores import (
    LINEAR,
    MAPPINGS,
    STEPS,
    Ces,
    Indicator,
    Mean,
    Nps,
    acsi,
    ces,
    index,
    linear,
    mean,
    nps,
    satisfaction,
    satisfied,
)  # fmt: skip
from portal.domain.statistics.shares import (
    FEWEST,
    Z95,
    Interval,
    Share,
    median,
    percent,
    percentile,
    places,
    rounded,
    share,
    wilson,
)  # fmt: skip
from portal.domain.statistics.suppression import ALL, hidden, hidden_across, hidden_table
from portal.domain.statistics.trends import Trend, mean_trend, share_trend
from portal.domain.statistics.weights import (
    LEVELS,
    PER_ACCOUNT,
    PER_ANSWER,
    PER_SALES,
    Answer,
    Level,
    PostStratified,
    Stratum,
    Sums,
    at_level,
    design_weights,
    kish,
    post_stratified,
    revenue_coverage,
    weighted_mean,
    weighted_share,
)  # fmt: skip
from portal.domain.statistics.wording import (
    POINTS,
    Said,
    interval_shown,
    part_shown,
    percent_shown,
    said_difference,
    said_mean,
    said_moved,
    said_nps,
    said_share,
    signed,
)  # fmt: skip

__all__ = [
    "ALL",
    "BASE",
    "DOWN",
    "EXACT_BELOW",
    "FEWEST",
    "FLAT",
    "LEVELS",
    "LINEAR",
    "MAPPINGS",
    "PER_ACCOUNT",
    "PER_ANSWER",
    "PER_SALES",
    "POINTS",
    "REAL",
    "RUN",
    "STEPS",
    "UP",
    "Z95",
    "Answer",
    "Association",
    "Attribute",
    "Base",
    "Ces",
    "Chart",
    "Comparison",
    "Control",
    "Correlation",
    "Drawn",
    "Indicator",
    "Interval",
    "League",
    "Level",
    "Mean",
    "Missing",
    "NonResponse",
    "Nps",
    "Outcomes",
    "Place",
    "PostStratified",
    "Response",
    "Said",
    "Share",
    "Stratum",
    "Sums",
    "Trend",
    "Unit",
    "acsi",
    "alarming",
    "allocate",
    "at_level",
    "base",
    "c_limit",
    "ces",
    "chi_square",
    "compare_means",
    "compare_same",
    "compare_shares",
    "control",
    "corrected",
    "count_moved",
    "design_weights",
    "distinct",
    "draw",
    "fisher",
    "hidden",
    "hidden_across",
    "hidden_table",
    "importance",
    "index",
    "interval_shown",
    "kish",
    "league",
    "letter",
    "letters",
    "linear",
    "mann_whitney",
    "mean",
    "mean_trend",
    "median",
    "moved",
    "newcombe",
    "newcombe_paired",
    "nonresponse_by_amount",
    "nonresponse_by_group",
    "nps",
    "paired_means",
    "part_shown",
    "per_hundred",
    "percent",
    "percent_shown",
    "percentile",
    "places",
    "poisson_tail",
    "post_stratified",
    "quadrants",
    "response",
    "revenue_coverage",
    "rounded",
    "said_difference",
    "said_mean",
    "said_moved",
    "said_nps",
    "said_share",
    "sample_size",
    "satisfaction",
    "satisfied",
    "share",
    "share_trend",
    "signed",
    "spearman",
    "standardised",
    "two_proportions",
    "valid",
    "vital_few",
    "weighted_mean",
    "weighted_share",
    "wilson",
]
