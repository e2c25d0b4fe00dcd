// The case that is tried, shown in the grid beside it: rows that hold, cells that fail.
(() => {
  const tones = ["trial-hit", "trial-miss", "trial-open"];
  const cellTones = ["trial-failed", "trial-unknown"];

  function paint() {
    const panel = document.getElementById("trial-panel");
    const table = document.getElementById("grid-table");
    if (!table) return;
    const marks = panel?.dataset.marks ? JSON.parse(panel.dataset.marks) : {};
    const heads = [...table.tHead.rows[0].cells].map((head) =>
      (head.dataset.key || "").replace("cells.", ""),
    );
    for (const row of table.tBodies[0].rows) {
      row.classList.remove(...tones);
      for (const cell of row.cells) cell.classList.remove(...cellTones);
      const mark = marks[row.id];
      if (!mark) continue;
      const [tone, failed, unknown] = mark;
      row.classList.add(`trial-${tone}`);
      for (const cell of row.cells) {
        const key = heads[cell.cellIndex];
        if (failed.includes(key)) cell.classList.add("trial-failed");
        if (unknown.includes(key)) cell.classList.add("trial-unknown");
      }
    }
  }

  // A case that was chosen before the panel was ready to hear of it is asked now.
  function resume() {
    const panel = document.getElementById("trial-panel");
    const chosen = panel?.querySelector("select[name=case]");
    if (!chosen?.value || panel.dataset.marks) return;
    if (!panel.querySelector(".notice-danger")) window.htmx.trigger(chosen.form, "submit");
  }

  // After an edit the case is asked again; after any swap the grid is painted anew.
  let asked = "";
  document.addEventListener("htmx:afterSettle", () => {
    const panel = document.getElementById("trial-panel");
    const form = panel?.querySelector("form");
    const revision = document.querySelector("#grid-bar [name=seen]")?.value ?? "";
    if (form && panel.dataset.marks && asked && revision !== asked) {
      asked = revision;
      window.htmx.trigger(form, "submit");
    }
    asked = revision;
    paint();
    resume();
  });
  document.addEventListener("htmx:load", resume, { once: true });
  paint();
})();
