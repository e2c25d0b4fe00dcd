/* An answer is exact or partial: of two that are chosen, the last one counts. What was
   typed is never taken away; both, it is refused at the field. Without this script the
   form says the same when it is sent. */
(() => {
  const form = document.getElementById("case-form");
  if (!form) return;

  const clearPartial = (question) => {
    for (const chip of question.querySelectorAll(".partial input[type=checkbox]"))
      chip.checked = false;
    for (const bound of question.querySelectorAll(".partial select")) bound.value = "";
  };
  const clearExact = (question) => {
    const unknown = question.querySelector('input[type="radio"][value=""]');
    if (unknown) unknown.checked = true;
  };

  /* Before the counts and the preview look at it: they listen further up. */
  form.addEventListener(
    "input",
    ({ target }) => {
      const question = target.closest(".question");
      if (!question?.querySelector(".partial")) return;
      const isPart = target.closest(".partial");
      if (isPart && (target.type === "checkbox" ? target.checked : target.value))
        clearExact(question);
      else if (!isPart && target.type === "radio" && target.value !== "") clearPartial(question);
    },
    { capture: true },
  );
})();
