/* Questions behind a rule come and go as the other question is answered. Without it they stand there with their rule in words; the server decides in any case. */
/* And whoever says that something does not apply has not answered it: the one takes the other away, words that were typed stay. */
(() => {
  "use strict";
  const form = document.querySelector(".survey-form");
  if (!form) return;
  const questions = [...form.querySelectorAll("[data-if-of]")];
  const values = (name) => [...form.elements]
    .filter((one) => one.name === name || one.name?.startsWith(`${name}.`))
    .filter((one) => !one.closest("[hidden]") && (!["radio", "checkbox"].includes(one.type) || one.checked))
    .map((one) => one.value.trim())
    .filter((value) => value && value !== "na");
  const holds = ({ ifOf, ifHow, ifValues }) => {
    const given = values(ifOf), wanted = ifValues.split("|");
    if (!given.length) return false;
    if (ifHow === "answered") return true;
    if (ifHow === "at_most") return given.some((value) => Number(value) <= Number(wanted[0]));
    if (ifHow === "at_least") return given.some((value) => Number(value) >= Number(wanted[0]));
    return given.some((value) => wanted.includes(value)) === (ifHow === "any");
  };
  const show = () => questions.forEach((one) => { one.hidden = !holds(one.dataset); });
  form.addEventListener("input", show);
  form.addEventListener("change", show);
  show();
  questions.forEach((one) => one.querySelector(".survey-rule")?.remove());
  form.addEventListener("input", ({ target }) => {
    const question = target.closest(".survey-question"), not = question?.querySelector('input[type="checkbox"][value="na"]');
    if (!not) return;
    if (target !== not) { if (target.type === "checkbox" ? target.checked : target.value.trim()) not.checked = false; return; }
    if (!not.checked) return;
    question.querySelectorAll('input[type="checkbox"]').forEach((one) => { if (one !== not) one.checked = false; });
    question.querySelectorAll("select").forEach((one) => { one.value = ""; });
  });
})();
