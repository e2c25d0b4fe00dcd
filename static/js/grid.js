/* The rule grid by keyboard and mouse, as in a spreadsheet. The server renders every row
   and decides what an entry means; without this script each rule has a page of its own. */
(() => {
  const frame = document.getElementById("grid-frame");
  if (!frame) return;
  const byId = (id) => document.getElementById(id);
  const scroll = byId("grid-scroll");
  const editor = byId("grid-editor");
  const line = byId("grid-text");
  const dialog = byId("grid-dialog");
  const writable = frame.dataset.writable === "yes";
  let active = null; // the cell that has the focus, or had it last
  let corner = null; // the other corner of what is selected
  let quick = null; // the field in a cell that is being typed into
  let place = { rule: "", key: "" };

  /* Where things are */
  const table = () => byId("grid-table");
  const rows = () => [...table().tBodies[0].rows].filter((row) => row.id);
  const heads = () => [...table().tHead.rows[0].cells];
  const headOf = (cell) => heads()[cell.cellIndex];
  const keyOf = (cell) => headOf(cell).dataset.key ?? "";
  const labelOf = (cell) => headOf(cell).firstChild.data.trim();
  const ruleOf = (cell) => cell.parentElement.id;
  const isText = (cell) => headOf(cell).classList.contains("is-text");
  const cellAt = (row, column) => rows()[row]?.cells[column];
  const cellOf = ({ rule, key }) => {
    const column = heads().findIndex((head) => (head.dataset.key ?? "") === key);
    return byId(rule)?.cells?.[Math.max(column, 0)];
  };
  const gridCell = (target) => {
    const cell = target?.closest?.("#grid-table tbody td, #grid-table tbody th");
    return cell?.parentElement.id ? cell : null;
  };
  const said = (cell) => {
    const first = cell.firstChild;
    return first?.nodeType === Node.TEXT_NODE || first?.nodeName === "DIV" ? first.textContent : "";
  };
  const say = (words) => { byId("grid-said").textContent = words; };

  /* What is selected */
  const box = () => {
    const all = rows();
    const [top, bottom] = [active, corner].map((c) => all.indexOf(c.parentElement)).sort((a, b) => a - b);
    const [left, right] = [active, corner].map((c) => c.cellIndex).sort((a, b) => a - b);
    return { top, bottom, left, right };
  };
  const selected = () => {
    const { top, bottom, left, right } = box();
    return rows().slice(top, bottom + 1).map((row) => [...row.cells].slice(left, right + 1));
  };
  const paint = () => {
    for (const cell of table().querySelectorAll("[aria-selected]")) cell.removeAttribute("aria-selected");
    if (active !== corner) for (const cell of selected().flat()) cell.setAttribute("aria-selected", "true");
  };
  const tell = () => {
    const row = active.parentElement;
    byId("grid-where").textContent = `${row.id} · ${labelOf(active)}`;
    line.value = active.dataset.t ?? "";
    line.readOnly = !writable || !keyOf(active) || isText(active);
    byId("grid-meaning").textContent = headOf(active).title;
    byId("grid-problem").textContent = active.getAttribute("aria-invalid") ? active.title : "";
    for (const field of document.querySelectorAll("[data-active-rule]")) field.value = row.id;
    for (const name of document.querySelectorAll("[data-active-name]")) name.textContent = row.id;
    for (const part of document.querySelectorAll("[data-needs-rule]")) part.hidden = false;
    for (const part of document.querySelectorAll("[data-if-new]")) part.hidden = !("new" in row.dataset);
    for (const part of document.querySelectorAll("[data-if-disabled]")) part.hidden = !("disabled" in row.dataset);
  };
  const mark = (cell, { extend = false, focus = true } = {}) => {
    if (!cell) return;
    if (active) active.tabIndex = -1;
    active = cell;
    if (!extend || !corner?.isConnected) corner = cell;
    cell.tabIndex = 0;
    place = { rule: ruleOf(cell), key: keyOf(cell) };
    if (focus) cell.focus();
    paint();
    tell();
  };
  const step = (down, right, extend = false) => {
    const row = rows().indexOf(active.parentElement) + down;
    const column = active.cellIndex + right;
    const last = rows().length - 1;
    mark(cellAt(Math.max(0, Math.min(row, last)), Math.max(0, Math.min(column, heads().length - 1))), { extend });
  };
  /* Tab goes on to the next row; past the last cell it leaves the grid. */
  const tab = (by) => {
    const width = heads().length;
    const at = rows().indexOf(active.parentElement) * width + active.cellIndex + by;
    const next = at < 0 ? null : cellAt(Math.floor(at / width), at % width);
    if (next) mark(next);
    return Boolean(next);
  };
  const prepare = () => {
    table().setAttribute("role", "grid");
    table().setAttribute("aria-multiselectable", "true");
    if (!writable) table().setAttribute("aria-readonly", "true");
    for (const link of table().querySelectorAll("tbody th a")) link.tabIndex = -1;
    const cell = cellOf(place) ?? cellAt(0, 1) ?? cellAt(0, 0);
    if (cell) mark(cell, { focus: false });
  };

  /* Writing: one request after the other, and nothing typed is dropped */
  const send = (url, values) =>
    window.htmx
      .ajax("POST", url, { source: frame, swap: "none settle:0ms", values: { seen: byId("grid-seen").value, ...values } })
      .catch(() => {}); // said by the listeners below
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-grid]");
    if (!form) return;
    event.preventDefault();
    const data = new FormData(form, event.submitter);
    send(form.getAttribute("action"), Object.fromEntries([...data.keys()].map((name) => [name, data.getAll(name)])));
  });
  const sent = []; // entries without an answer yet
  const show = ({ rule, key, words }) => {
    const cell = cellOf({ rule, key });
    if (!cell) return;
    cell.textContent = words;
    cell.classList.add("is-pending");
  };
  const write = (cell, words) => {
    const isNew = words !== (cell.dataset.t ?? "") && words !== said(cell);
    if (!isNew && !cell.classList.contains("is-pending")) return;
    const entry = { rule: ruleOf(cell), key: keyOf(cell), words };
    sent.push(entry);
    show(entry);
    send(frame.dataset.cell, entry);
  };
  const answered = (event) => {
    const { rule, key, words } = event.detail.requestConfig.parameters;
    const at = sent.findIndex((one) => one.rule === rule && one.key === key && one.words === words);
    if (at >= 0) sent.splice(at, 1);
  };
  const paste = (block, extra = {}) => {
    const { top, left, bottom, right } = box();
    const from = Math.max(left, 1);
    const isOne = !/[\t\n]/.test(block.trim());
    const [height, width] = isOne ? [bottom - top + 1, right - from + 1] : [1, 1];
    const filled = isOne ? Array(height).fill(Array(width).fill(block.trim()).join("\t")).join("\n") : block;
    send(frame.dataset.paste, {
      block: filled,
      rules: rows().slice(top, top + filled.split("\n").length).map((row) => row.id),
      keys: heads().slice(from).map((head) => head.dataset.key),
      ...extra,
    });
  };
  const lose = (words) => {
    for (const cell of table().querySelectorAll(".is-pending")) cell.classList.add("is-unsaved");
    say(words);
  };

  /* Typing right into a cell */
  const type = (cell, words, range) => {
    quick = document.createElement("input");
    quick.className = "grid-quick";
    quick.value = words;
    quick.setAttribute("aria-label", `${ruleOf(cell)}, ${labelOf(cell)}`);
    cell.append(quick);
    quick.focus();
    quick.setSelectionRange(range ?? words.length, range ?? words.length);
    quick.addEventListener("blur", () => finish(true));
  };
  const finish = (keep) => {
    if (!quick) return;
    const field = quick;
    const cell = field.parentElement;
    quick = null;
    field.remove();
    if (keep) write(cell, field.value);
  };
  const typing = (event) => {
    const { key, shiftKey } = event;
    if (!["Enter", "Tab", "Escape"].includes(key)) return;
    event.preventDefault();
    finish(key !== "Escape");
    active.focus();
    if (key === "Enter") step(shiftKey ? -1 : 1, 0);
    if (key === "Tab") tab(shiftKey ? -1 : 1);
  };

  /* The control of a cell */
  const open = (cell) => {
    if (!keyOf(cell)) return cell.querySelector("a")?.focus();
    if (!writable) return undefined;
    if (cell.classList.contains("is-unsaved")) return type(cell, said(cell));
    const { rule, key } = place;
    const query = new URLSearchParams({ rule, key });
    return window.htmx
      .ajax("GET", `${frame.dataset.cell}?${query}`, { source: editor, target: editor, swap: "innerHTML" })
      .then(() => {
        const at = cellOf({ rule, key });
        if (!at || !editor.children.length) return;
        editor.hidden = false;
        const room = scroll.scrollLeft + scroll.clientWidth - editor.offsetWidth - 8;
        const below = at.offsetTop + at.offsetHeight;
        const fits = below + editor.offsetHeight < scroll.scrollTop + scroll.clientHeight;
        editor.style.left = `${Math.max(scroll.scrollLeft, Math.min(at.offsetLeft, room))}px`;
        editor.style.top = `${fits ? below : Math.max(scroll.scrollTop, at.offsetTop - editor.offsetHeight)}px`;
        (editor.querySelector(":checked:not(option)") ?? editor.querySelector("select, textarea, input:not([type=hidden])"))?.focus();
      })
      .catch(() => {});
  };
  const close = (focus = true) => {
    if (editor.hidden) return;
    editor.hidden = true;
    editor.replaceChildren();
    if (focus) cellOf(place)?.focus();
  };

  /* Keys */
  const moves = {
    ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1],
    PageUp: [-10, 0], PageDown: [10, 0], Home: [0, -999], End: [0, 999],
  };
  const turn = (action) => send(frame.dataset.step, { action });
  const pressed = (event) => {
    const { key, shiftKey } = event;
    const command = event.ctrlKey || event.metaKey;
    if (event.altKey && ["ArrowUp", "ArrowDown"].includes(key)) {
      document.querySelector(`#grid-row-form [value=${key === "ArrowUp" ? "up" : "down"}]`)?.click();
      return true;
    }
    if (moves[key]) {
      const [down, right] = moves[key];
      const far = command ? 999 : 1;
      step(command && right && Math.abs(right) > 1 ? right : down * far, right * far, shiftKey);
      return true;
    }
    if (key === "Tab" && !command) return tab(shiftKey ? -1 : 1);
    if (key === "Enter" || key === "F2") { open(active); return true; }
    if (key === "Escape") { document.querySelector(".grid-bar button, .grid-bar summary")?.focus(); return true; }
    if (!writable) return false;
    if (command && key.toLowerCase() === "z") { turn(shiftKey ? "redo" : "undo"); return true; }
    if (command && key.toLowerCase() === "y") { turn("redo"); return true; }
    if (key === "Delete" || key === "Backspace") { paste("", { apply: 1, called: "Cells emptied" }); return true; }
    if (key.length !== 1 || command || event.altKey || !keyOf(active)) return false;
    if (isText(active)) open(active);
    else type(active, key);
    return true;
  };
  scroll.addEventListener("keydown", (event) => {
    if (event.target === quick) return typing(event);
    if (editor.contains(event.target)) {
      if (event.key === "Escape") return close();
      if (event.key !== "Enter" || !(event.ctrlKey || event.target.matches("input, select"))) return undefined;
      event.preventDefault();
      return editor.querySelector("form").requestSubmit();
    }
    const cell = gridCell(event.target);
    if (!cell) return undefined;
    if (event.target !== cell) { // a link within the first column
      if (event.key !== "Escape" && !event.key.startsWith("Arrow")) return undefined;
      const links = [...cell.querySelectorAll("a")];
      const next = links[links.indexOf(event.target) + (/Up|Left/.test(event.key) ? -1 : 1)];
      event.preventDefault();
      return (event.key === "Escape" ? cell : next ?? cell).focus();
    }
    return pressed(event) && event.preventDefault();
  });
  line.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" && (event.key !== "Enter" || line.readOnly)) return;
    event.preventDefault();
    if (event.key === "Enter") write(active, line.value);
    else tell();
    active.focus();
  });

  /* Mouse and finger */
  let isFinger = false;
  scroll.addEventListener("pointerdown", (event) => {
    const cell = gridCell(event.target);
    isFinger = event.pointerType === "touch";
    if (!editor.hidden && !editor.contains(event.target)) editor.querySelector("form")?.requestSubmit();
    if (!cell || event.target === quick || event.target.closest("a") || isFinger) return;
    event.preventDefault();
    finish(true);
    mark(cell, { extend: event.shiftKey });
  });
  scroll.addEventListener("click", (event) => { // a finger taps twice, and may scroll in between
    const cell = isFinger && !event.target.closest("a") && gridCell(event.target);
    if (!cell || event.target === quick) return;
    if (document.activeElement === cell) return open(cell);
    finish(true);
    mark(cell);
  });
  scroll.addEventListener("pointerover", (event) => {
    const cell = gridCell(event.target);
    if (cell && event.buttons === 1 && !isFinger && !quick && editor.hidden && active) mark(cell, { extend: true });
  });
  scroll.addEventListener("dblclick", (event) => {
    const cell = gridCell(event.target);
    if (cell && event.target !== quick && !event.target.closest("a")) open(cell);
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-close]")) return;
    event.preventDefault();
    if (editor.contains(event.target)) close();
    else dialog.close();
  });
  dialog.addEventListener("close", () => {
    byId("grid-dialog-body").replaceChildren();
    cellOf(place)?.focus();
  });

  /* The clipboard speaks what spreadsheets speak; a text they would run gets an apostrophe */
  const clip = (cell) => {
    const words = said(cell);
    const safe = /^([=+@]|-(?!\d))/.test(words) ? `'${words}` : words;
    return /[\t\n"]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  const isOnCell = () => gridCell(document.activeElement) === document.activeElement && active;
  document.addEventListener("copy", (event) => {
    if (!isOnCell()) return;
    const block = selected().map((cells) => cells.filter(keyOf).map(clip).join("\t")).join("\n");
    event.clipboardData.setData("text/plain", block);
    event.preventDefault();
    say("Copied.");
  });
  document.addEventListener("paste", (event) => {
    if (!isOnCell() || !writable) return;
    event.preventDefault();
    paste(event.clipboardData.getData("text/plain").replace(/\r\n?/g, "\n"));
  });

  /* Rows come back from the server: the focus, and what is being typed, stay in place */
  let kept = null;
  document.body.addEventListener("htmx:oobBeforeSwap", (event) => {
    const { target, fragment } = event.detail;
    if (target.matches(".row-badges")) {
      const told = (part) => [...part.querySelectorAll("a")].map((link) => link.href + link.title).join();
      if (told(target) === told(fragment)) event.detail.shouldSwap = false;
    }
    if (!target.matches("#grid, #grid tr")) return;
    kept = { hadFocus: target.contains(document.activeElement), words: null };
    if (quick && target.contains(quick)) {
      kept.words = quick.value;
      kept.range = quick.selectionStart;
      quick = null;
    }
  });
  document.body.addEventListener("htmx:oobAfterSwap", (event) => {
    const part = event.target; // it is told of every part that came so far
    if (part.id === "grid-bar" && active) tell();
    if (part.matches(".row-badges")) for (const link of part.querySelectorAll("a")) link.tabIndex = -1;
    if (!kept) return;
    const { hadFocus, words, range } = kept;
    kept = null;
    const made = byId("grid").dataset.made;
    if (made) {
      place = { rule: made, key: heads()[1]?.dataset.key ?? "" };
      delete byId("grid").dataset.made;
    }
    sent.forEach(show);
    prepare();
    if (words !== null) type(cellOf(place), words, range);
    else if (hadFocus || made) cellOf(place)?.focus();
  });
  const ours = /\/tables\/[^/]+\/(cell|row|column|step|paste)\/(\?|$)/;
  const isOurs = (event) => ours.test(event.detail.pathInfo?.requestPath ?? "");
  document.body.addEventListener("htmx:beforeOnLoad", (event) => {
    if (!isOurs(event)) return;
    if (event.detail.xhr.getResponseHeader("X-Rule-Grid")) return answered(event);
    event.preventDefault();
    lose("Not saved: the answer was not from the grid. You may be signed out; what you typed is still here.");
  });
  for (const kind of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
    document.body.addEventListener(kind, (event) => {
      if (!isOurs(event)) return;
      answered(event);
      lose("Not saved: no answer from the server. What you typed is still here.");
    });
  }
  document.body.addEventListener("htmx:afterRequest", (event) => {
    if (!isOurs(event) || !event.detail.successful) return;
    const asks = byId("grid-dialog-body").children.length > 0;
    if (asks && !dialog.open) dialog.showModal();
    if (asks) for (const cell of table().querySelectorAll(".is-pending")) cell.classList.add("is-unsaved");
    if (!asks && dialog.open) dialog.close();
    const { verb, parameters } = event.detail.requestConfig;
    if (!asks && verb === "post" && parameters.key && parameters.words === undefined) close();
  });

  /* For a request that waited in its queue, htmx makes a promise that nobody can catch. */
  window.addEventListener("unhandledrejection", (event) => {
    if (event.reason === undefined) event.preventDefault();
  });
  window.addEventListener("beforeunload", (event) => {
    if (table().querySelector(".is-pending") || quick) event.preventDefault();
  });

  byId("grid-line").hidden = false;
  scroll.tabIndex = -1;
  prepare();
  const named = byId(decodeURIComponent(location.hash.slice(1)));
  if (named?.closest("#grid")) mark(named.cells[1] ?? named.cells[0]);
})();
