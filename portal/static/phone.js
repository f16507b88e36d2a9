/* The telephone console by the keyboard alone: digits answer, j and k walk, - does not apply, Enter goes on. Without it the same forms work by hand. */
(() => {
  "use strict";
  const form = document.querySelector(".phone-form");
  if (!form) return;
  const shown = (one) => !one.closest("[hidden]");
  const inside = (one, selector) => [...one.querySelectorAll(selector)];
  /* What is asked at a time: a question, a row of a matrix, a place of a ranking. */
  const steps = () => inside(form, ".survey-question").filter(shown).flatMap((one) => {
    const parts = inside(one, ".survey-row, .survey-place");
    return parts.length ? parts : [one];
  });
  const fields = (step) => inside(step, "input, select, textarea");
  const isDone = (step) => fields(step).some((one) => (["radio", "checkbox"].includes(one.type) ? one.checked : one.value.trim()));
  const typed = (step) => step.querySelector("textarea, input[type=text], input[type=date]");
  let at = null, soon = 0, last = { key: "", step: null, when: 0 };
  const go = (step, focus = true) => {
    at?.classList.remove("phone-at");
    at = step ?? null;
    if (!at) { if (focus) form.querySelector('button[name="step"]')?.focus(); return; }
    at.classList.add("phone-at");
    const field = typed(at) ?? fields(at).find((one) => one.checked) ?? fields(at)[0];
    if (focus) { field?.focus({ preventScroll: true }); at.scrollIntoView({ block: "center" }); }
  };
  const beside = (by) => { const all = steps(), n = all.indexOf(at); return n < 0 ? all[0] : all[n + by]; };
  const changed = (field) => field.dispatchEvent(new Event("change", { bubbles: true }));
  const choose = (field) => { if (field) field.click(); return Boolean(field); };
  const answer = (key, step) => {
    const points = inside(step, '.survey-point input'), place = step.querySelector("select");
    if (place) {
      if (![...place.options].some((one) => one.value === key)) return false;
      place.value = key;
      changed(place);
      return true;
    }
    if (points.length) return choose(points.find((one) => one.value === key));
    const choices = inside(step, ".choice input").filter((one) => one.value !== "na");
    return choose(choices[Number(key) - 1]);
  };
  const digit = (key) => {
    const ten = key === "0" && last.key === "1" && Date.now() - last.when < 1500 && last.step?.querySelector('.survey-point input[value="10"]');
    if (ten) { clearTimeout(soon); choose(ten); go(last.step); go(beside(1)); last = { key: "", step: null, when: 0 }; return true; }
    if (!at || typed(at) || !answer(key, at)) return false;
    last = { key, step: at, when: Date.now() };
    if (at.querySelector('input[type="checkbox"]:not([value="na"])')) return true;
    const one = at;
    clearTimeout(soon);
    if (key === "1" && at.querySelector('.survey-point input[value="10"]')) soon = setTimeout(() => { if (at === one) go(beside(1)); }, 1500);
    else go(beside(1));
    return true;
  };
  document.addEventListener("keydown", (event) => {
    const { key, target } = event;
    const writing = target.matches?.("textarea, select, input:not([type=checkbox], [type=radio])");
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || document.querySelector("dialog[open]")) return;
    if (form.contains(target) && writing && (key === "Escape" || (key === "Enter" && !target.matches("textarea")))) {
      event.preventDefault();
      target.blur();
      go(beside(1));
      return;
    }
    if (writing && !(target.matches("select") && form.contains(target))) return;
    const step = { j: 1, k: -1 }[key];
    let done = false;
    if (step) { const next = beside(step); if (next) go(next); done = true; }
    else if (/^[0-9]$/.test(key)) done = digit(key);
    else if (key === "-" && at) { done = choose(at.querySelector('input[value="na"]')); if (done) go(beside(1)); }
    else if (key === "Enter" && form.contains(target) && !target.matches("button")) { const next = beside(1); if (at && isDone(at) && next) go(next); else form.requestSubmit(form.querySelector('button[name="step"]')); done = true; }
    if (done) { event.preventDefault(); event.stopImmediatePropagation(); }
  }, true);
  form.addEventListener("focusin", ({ target }) => { const found = steps().find((one) => one.contains(target)); if (found && found !== at) go(found, false); });

  /* An outcome that needs a word or a time asks for it first; Enter there keeps it. */
  const outcomes = document.querySelector(".phone-outcomes");
  let meant = null;
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.(".phone-outcome"), field = button && outcomes.elements[button.dataset.needs ?? ""];
    if (!field || field.value.trim()) return;
    event.preventDefault();
    meant?.classList.remove("phone-meant");
    meant = button;
    meant.classList.add("phone-meant");
    field.focus();
  }, true);
  outcomes?.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || !event.target.matches("textarea, input") || !meant || event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.target.value.trim()) outcomes.requestSubmit(meant);
  }, true);

  if (document.querySelector(".field-bad, .errors")) { /* what has to be put right is heard first; the next digit answers what is open there */
    const open = steps().find((one) => one.closest(".field-bad") && !isDone(one));
    if (open) go(open, false);
    return;
  }
  /* Before anything is answered, what to say comes first. */
  go(steps().find((one) => !isDone(one)) ?? null, steps().some(isDone) || Boolean(form.querySelector('button[value="back"]')));
})();
