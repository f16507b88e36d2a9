/* What the pages do beyond HTML. Everything works without it; words come from the page, text goes in as text only. */
(() => {
  "use strict";
  const root = document.documentElement;
  const find = (selector, from = document) => from.querySelector(selector);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const words = () => find("#words")?.dataset ?? {};
  const fill = (text, facts) => (text ?? "").replace(/\{(\w+)\}/g, (whole, name) => facts[name] ?? whole);
  const made = (tag, text, name) => Object.assign(document.createElement(tag), { textContent: text, className: name ?? "" });
  const on = (event, act, capture = false) => document.addEventListener(event, act, capture);
  root.dataset.script = "";

  /* ---- a word to the person ---- */
  const say = (text, tone = "bad") => {
    const box = made("div", "", `flash flash-${tone}`);
    const close = made("button", "×", "button button-quiet button-icon button-small");
    close.type = "button";
    close.dataset.dismiss = "";
    close.setAttribute("aria-label", words().close);
    box.dataset.flash = "";
    box.append(made("p", text), close);
    find("#flash")?.replaceChildren(box);
  };

  /* ---- busy buttons, and the second click that sends nothing ---- */
  const busy = (form, button) => {
    form.dataset.sent = "";
    if (!button) return;
    button.setAttribute("aria-busy", "true");
    if (button.dataset.busy) button.setAttribute("aria-label", button.dataset.busy);
  };
  const free = (form) => {
    delete form.dataset.sent;
    for (const button of all('[aria-busy="true"]', form)) {
      button.removeAttribute("aria-busy");
      if (button.dataset.busy) button.removeAttribute("aria-label");
    }
  };
  const staysHere = (form) => form.method === "get" || form.method === "dialog" || form.dataset.stays !== undefined;

  on("submit", (event) => {
    const form = event.target, button = event.submitter;
    if (form.method === "dialog") return;
    const question = button?.dataset.confirm;
    if (question && button.dataset.agreed === undefined) {
      event.preventDefault();
      event.stopImmediatePropagation();
      ask(question, () => { button.dataset.agreed = ""; form.requestSubmit(button); delete button.dataset.agreed; });
    } else if (form.dataset.sent !== undefined || overLimit(form)) {
      event.preventDefault();
      event.stopImmediatePropagation();
    } else if (isSendingFiles(form)) {
      event.preventDefault();
      event.stopImmediatePropagation();
      waiting.set(form, button);
      busy(form, button);
    } else if (!staysHere(form)) {
      busy(form, button);
      if (form.dataset.themeForm !== undefined && button) root.dataset.theme = button.value;
    }
  }, true);
  addEventListener("pageshow", () => all("form[data-sent]").forEach(free));

  const ask = (question, go) => {
    const dialog = find("#confirm-dialog"), yes = find("[data-yes]", dialog);
    find("#confirm-words").textContent = question;
    yes.onclick = () => { dialog.close(); go(); };
    dialog.showModal();
    yes.focus();
  };

  /* ---- htmx: the token of this page, a plain word for every failure, focus where the person goes on ---- */
  on("htmx:configRequest", (event) => {
    const token = find('meta[name="csrf-token"]')?.content;
    if (token) event.detail.headers["X-CSRFToken"] = token;
  });
  /* What is asked for unseen, such as who else is here, does not fade while it is waited for. */
  on("htmx:beforeRequest", (event) => {
    if (!event.detail.requestConfig?.headers?.["X-Background"]) event.detail.target?.setAttribute("data-waiting", "");
  });
  on("htmx:afterRequest", (event) => {
    event.detail.target?.removeAttribute("data-waiting");
    const form = event.detail.elt?.closest?.("form");
    if (form) { free(form); progress(form, 0, 0); }
  });
  /* The server says by HX-Reswap: none that its answer only carries a word: let that be heard whatever the status. */
  on("htmx:beforeSwap", (event) => {
    const { xhr } = event.detail;
    if (xhr.status >= 400 && xhr.getResponseHeader("HX-Reswap") === "none") {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    }
  });
  /* Of boxes with one name only one is open; what goes away must not close what comes in its place. */
  on("htmx:beforeSwap", ({ detail: { shouldSwap, target } }) => {
    if (shouldSwap && target) all("details[name][open]", target).forEach((box) => box.removeAttribute("name"));
  });
  on("htmx:responseError", (event) => {
    const by = { 401: "expired", 403: "forbidden", 404: "gone", 410: "gone", 413: "big", 429: "often" };
    say(words()[by[event.detail.xhr.status] ?? "failed"]);
  });
  on("htmx:sendError", () => say(words().offline));
  on("htmx:timeout", () => say(words().offline));
  /* What somebody types while new questions are on their way stays typed; what the answer proposes elsewhere comes in. */
  let typed = [];
  const asked = new WeakMap();
  const fields = (place) => all("input, textarea, select", place).filter((field) => !["hidden", "file"].includes(field.type));
  const isTick = (field) => ["radio", "checkbox"].includes(field.type);
  const valueOf = (field) => (isTick(field) ? field.checked : field.value);
  const keeps = (target) => target?.dataset.keeps !== undefined;
  on("htmx:beforeRequest", ({ detail: { target } }) => {
    if (keeps(target)) asked.set(target, new Map(fields(target).map((field) => [field.id, valueOf(field)])));
  });
  on("htmx:beforeSwap", ({ detail: { target } }) => {
    const before = keeps(target) ? asked.get(target) ?? new Map() : null;
    typed = before ? fields(target).filter((field) => before.get(field.id) !== valueOf(field)).map((field) => [field.id, valueOf(field)]) : [];
  });
  on("htmx:afterSwap", (event) => {
    const { target } = event.detail;
    for (const [id, value] of typed.splice(0)) {
      const field = document.getElementById(id);
      if (field && target?.contains(field)) field[isTick(field) ? "checked" : "value"] = value;
    }
    if (target?.id === "sheet" && target.childElementCount) find("#sheet-dialog").showModal();
  });
  on("htmx:afterSettle", (event) => {
    const { target, xhr, requestConfig } = event.detail;
    if (!target?.isConnected || xhr?.getResponseHeader("HX-Reswap") === "none") return;
    const place = find("[data-focus]", target) ?? find("[autofocus]", target), lost = document.activeElement === document.body;
    if (place) place.focus();
    else if (lost && requestConfig?.verb === "post" && !requestConfig.headers?.["X-Background"] && !target.closest("dialog, .draft-line")) {
      if (!target.hasAttribute("tabindex")) target.tabIndex = -1;
      target.focus({ preventScroll: true });
    }
    start(target);
  });

  /* ---- sending files: how far, how large, which kinds; drop and paste ---- */
  const size = (bytes) => bytes < 1024 ? `${bytes} B` : bytes < 1048576 ? `${Math.round(bytes / 1024)} KB` : `${(bytes / 1048576).toFixed(1)} MB`;
  const progress = (form, done, total) => {
    const box = find("[data-upload]", form);
    if (!box) return;
    box.hidden = !total;
    if (!total) return;
    find("progress", box).value = (done / total) * 100;
    find("span", box).textContent = fill(box.dataset.words, { done: size(done), total: size(total) });
  };
  on("htmx:xhr:progress", (event) => {
    const form = event.target.closest?.("form");
    if (form && event.detail.lengthComputable) progress(form, event.detail.loaded, event.detail.total);
  });

  const refusal = (input, file, kept) => {
    const { maxSize, maxFiles, maxTotal, tooBig, tooMany, tooMuch, empty, wrongKind } = input.dataset;
    const together = file.size + [...kept].reduce((sum, other) => sum + other.size, 0);
    const kinds = (input.accept || "").toLowerCase().split(",").map((kind) => kind.trim()).filter(Boolean);
    const fits = (kind) => kind.startsWith(".") ? file.name.toLowerCase().endsWith(kind)
      : kind.endsWith("/*") ? file.type.startsWith(kind.slice(0, -1)) : file.type === kind;
    if (kinds.length && !kinds.some(fits)) return fill(wrongKind, { name: file.name });
    if (!file.size && empty) return fill(empty, { name: file.name });
    if (maxSize && file.size > Number(maxSize)) return fill(tooBig, { name: file.name });
    if (maxFiles && kept.length >= Number(maxFiles)) return fill(tooMany, { name: file.name });
    if (maxTotal && together > Number(maxTotal)) return fill(tooMuch, { name: file.name });
    return "";
  };
  /* The browser forgets an earlier choice when somebody chooses again: it is held here. */
  const held = new WeakMap();
  const choose = (input, files) => {
    const kept = new DataTransfer(), list = find("[data-chosen]", input.closest("[data-drop]") ?? document), lines = [];
    for (const file of files) {
      const why = refusal(input, file, kept.files);
      const line = made("li", "");
      line.append(made("span", why || file.name));
      if (why) line.dataset.refused = "";
      else {
        kept.items.add(file);
        const away = made("button", "×", "button button-quiet button-icon button-small");
        away.type = "button";
        away.setAttribute("aria-label", fill(input.dataset.remove, { name: file.name }));
        away.onclick = () => { choose(input, (held.get(input) ?? []).filter((other) => other !== file)); input.focus(); };
        line.append(made("span", size(file.size), "muted num"), away);
      }
      lines.push(line);
    }
    input.files = kept.files;
    held.set(input, [...kept.files]);
    list?.replaceChildren(...lines);
    upload(input);
  };
  /* Into the draft as they are chosen, where there is one (R22): what was sent is no longer in the field. */
  const sending = new WeakMap();
  const upload = (input) => {
    const { draft, draftUrl } = input.dataset, files = [...input.files], { form } = input;
    if (!draft || !files.length || sending.has(input)) return;
    const xhr = new XMLHttpRequest(), body = new FormData(), over = () => { sending.delete(input); progress(form, 0, 0); };
    body.append("place", draft);
    body.append("csrf_token", find('meta[name="csrf-token"]')?.content ?? "");
    for (const file of files) body.append("files", file);
    sending.set(input, xhr);
    xhr.open("POST", draftUrl);
    xhr.setRequestHeader("X-Background", "");
    xhr.upload.onprogress = (event) => { if (event.lengthComputable) progress(form, event.loaded, event.total); };
    xhr.onerror = () => { over(); resume(form); };
    xhr.onload = () => {
      over();
      if (!input.isConnected || xhr.status !== 200) { resume(form); return; }
      const lying = find("[data-lying]", form), fresh = new DOMParser().parseFromString(xhr.responseText, "text/html");
      lying?.replaceChildren(...fresh.body.childNodes);
      const list = find("[data-chosen]", input.closest("[data-drop]")), refused = all("[data-refused]", list);
      choose(input, (held.get(input) ?? []).filter((file) => !files.includes(file)));
      list.append(...refused);
      resume(form);
    };
    xhr.send(body);
  };
  const waiting = new WeakMap();
  const resume = (form) => {
    const button = waiting.get(form);
    if (button === undefined || all("input[data-draft]", form).some((input) => sending.has(input))) return;
    waiting.delete(form);
    free(form);
    form.requestSubmit(button);
  };
  const isSendingFiles = (form) => all("input[data-draft]", form).some((input) => sending.has(input));
  const isFile = (target) => target.matches?.('input[type="file"]') && target.closest("[data-drop]");
  on("change", (event) => { if (isFile(event.target)) add(event.target, event.target.files); });
  const isOther = (input) => (file) => !(held.get(input) ?? []).some((one) => one.name === file.name && one.size === file.size && one.lastModified === file.lastModified);
  const add = (input, files) => {
    const fresh = [...files], before = held.get(input) ?? [], fits = fresh.find((file) => !refusal(input, file, []));
    if (input.multiple) choose(input, [...before, ...fresh.filter(isOther(input))]);
    else choose(input, fits ? [fits] : [...before, ...fresh]);
  };
  on("dragover", (event) => {
    const place = event.target.closest?.("[data-drop]");
    if (!place) return;
    event.preventDefault();
    place.dataset.over = "";
  });
  on("dragleave", (event) => { delete event.target.closest?.("[data-drop]")?.dataset.over; });
  on("drop", (event) => {
    const place = event.target.closest?.("[data-drop]");
    if (!place || !event.dataTransfer.files.length) return;
    event.preventDefault();
    delete place.dataset.over;
    add(find('input[type="file"]', place), event.dataTransfer.files);
  });
  on("paste", (event) => {
    const files = event.clipboardData?.files, input = find('[data-drop] input[type="file"]', event.target.closest?.("form") ?? document.createElement("i"));
    if (!files?.length || !input) return;
    event.preventDefault();
    add(input, files);
  });

  /* ---- what was put right is no longer called a mistake ---- */
  const mended = (field) => {
    const group = field.closest?.("[aria-invalid]"), { form } = field;
    if (!group || !form || (isTick(field) ? !field.checked : !field.value.trim())) return;
    group.removeAttribute("aria-invalid");
    const ids = [field.id, ...all("[id]", group).map((one) => one.id)].filter(Boolean);
    const frame = field.closest(".field-bad");
    frame?.classList.remove("field-bad");
    for (const line of all(".error", frame ?? group)) line.remove();
    for (const box of all(".errors")) {
      for (const link of all("li a", box)) if (ids.includes(link.getAttribute("href").slice(1))) link.closest("li").remove();
      const left = all("li", box).length, title = find("h2 [data-left]", box);
      if (!left) box.remove();
      else if (title) title.textContent = left === 1 ? title.dataset.one : fill(title.dataset.left, { n: left });
    }
  };
  on("change", ({ target }) => {
    if (!find(":is(button, a, label):active")) mended(target);
    else addEventListener("click", () => setTimeout(mended, 0, target), { once: true }); // else the button moves away under the finger
  });

  /* ---- how many characters are left ---- */
  const count = (line) => {
    const field = document.getElementById(line.dataset.counts), limit = Number(field.dataset.limit), left = limit - [...field.value].length;
    line.hidden = left > limit / 5;  // nobody who writes a few lines wants to know
    line.dataset.state = left < 0 ? "over" : "";
    line.textContent = fill(left < 0 ? line.dataset.over : line.dataset.words, { n: Math.abs(left) });
    return left < 0;
  };
  const overLimit = (form) => {
    const line = all("[data-counts]", form).find(count);
    if (line) document.getElementById(line.dataset.counts).focus();
    return Boolean(line);
  };
  on("input", (event) => {
    if (event.target.dataset?.limit) { const line = find(`[data-counts="${event.target.id}"]`); if (line) count(line); }
  });

  /* ---- selection in tables ---- */
  const choice = (form) => {
    const boxes = all("input.tick:not([data-all])", form), chosen = boxes.filter((box) => box.checked), whole = find("[data-all]", form);
    if (whole) { whole.checked = chosen.length > 0 && chosen.length === boxes.filter((box) => !box.disabled).length; whole.indeterminate = chosen.length > 0 && !whole.checked; }
    const bar = find("[data-bulk]", form);
    if (!bar) return;
    bar.toggleAttribute("data-idle", !chosen.length);
    find("[data-count]", bar).textContent = chosen.length ? fill(bar.dataset.words, { n: chosen.length }) : bar.dataset.none;
    for (const why of all("[data-verb]", bar)) {
      const n = chosen.filter((box) => (box.dataset.cannot ?? "").split(" ").includes(why.dataset.verb)).length;
      why.textContent = n ? fill(why.dataset.words, { n }) : "";
    }
  };
  let last = null;
  on("click", (event) => {
    const box = event.target.closest?.("input.tick"), form = box?.form;
    if (!form) return;
    const boxes = all("input.tick:not([data-all]):not(:disabled)", form);
    if (box.dataset.all !== undefined) boxes.forEach((other) => { other.checked = box.checked; });
    else if (event.shiftKey && boxes.includes(last)) {
      const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
      boxes.slice(from, to + 1).forEach((other) => { other.checked = box.checked; });
    }
    last = box;
    choice(form);
  });

  /* ---- what opens, closes, copies, goes away ---- */
  on("click", (event) => {
    const at = (selector) => event.target.closest?.(selector);
    const opener = at("[data-opens]"), copier = at("[data-copy]");
    if (opener) {
      const dialog = document.getElementById(opener.dataset.opens);
      if (dialog?.id === "keys-dialog") listKeys(dialog);
      event.preventDefault();
      at("[data-menu]")?.removeAttribute("open");
      if (dialog && !dialog.open) dialog.showModal();
    }
    if (at("[data-closes]")) at("dialog")?.close();
    if (at("[data-dismiss]")) at("[data-flash]")?.remove();
    if (copier) copy(copier);
    if (at("[data-mention]")) mention(at("[data-mention]"));
    if (event.target.matches?.("dialog") && outside(event)) event.target.close();
    for (const menu of all("details[data-menu][open]")) if (!menu.contains(event.target)) menu.open = false;
  });
  /* A colleague's name takes the place of what was begun after the last @. */
  const mention = (button) => {
    const box = find("textarea", button.closest("form") ?? document), at = box.selectionEnd;
    box.setRangeText(`@${button.dataset.mention} `, box.value.lastIndexOf("@", at - 1), at, "end");
    box.focus();
    box.dispatchEvent(new Event("input", { bubbles: true }));
    button.parentElement.remove();
  };
  const outside = (event) => {
    const box = event.target.getBoundingClientRect();
    return event.clientX && (event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom);
  };
  const copy = async (button) => {
    await navigator.clipboard?.writeText(button.dataset.copy);
    const label = find("span", button), before = label.textContent;
    if (before === button.dataset.done) return;
    label.textContent = button.dataset.done;
    setTimeout(() => { label.textContent = before; }, 1600);
  };

  /* ---- keys: single letters and g-then-letter, never while somebody writes ---- */
  const shown = (element) => element.checkVisibility?.() ?? element.offsetParent !== null;
  const keyed = () => { const byKey = new Map(); for (const e of all("[data-key]")) { const key = e.dataset.key; if (!byKey.has(key) || shown(e)) byKey.set(key, e); } return byKey; };
  const listKeys = (dialog) => {
    const lines = [...keyed()].map(([key, element]) => [key, element.getAttribute("aria-label") || (element.labels?.[0] ?? find("span:not(.count)", element) ?? element).textContent.trim()]);
    const list = find("[data-list]")?.dataset ?? {};
    for (const [key, label] of [["j", list.next], ["k", list.previous], ["o", list.open], ["x", list.select]]) if (label) lines.push([key, label]);
    lines.push(["Ctrl Enter", words().send]);
    find("[data-keys]", dialog).replaceChildren(...lines.map(([key, label]) => {
      const line = made("div", ""), keys = made("dd", "");
      keys.append(...key.split(" ").flatMap((one) => [made("kbd", one), " "]));
      line.append(made("dt", label), keys);
      return line;
    }));
  };
  /* ---- walking down a list: j and k go, o opens, x selects ---- */
  const links = () => all("[data-list] :is(tbody th, .line-title) a").filter(shown);
  const walk = (event, target) => {
    const found = links(), here = found.indexOf(target.closest?.("tr, .line") ? find(":is(tbody th, .line-title) a, th a", target.closest("tr, .line")) : null);
    if (!found.length) return false;
    const step = { j: 1, k: -1 }[event.key];
    if (step) {
      const next = found[here < 0 ? 0 : Math.min(Math.max(here + step, 0), found.length - 1)];
      next.focus();
      next.scrollIntoView({ block: "nearest" });
    } else if (event.key === "o" && here >= 0) found[here].click();
    else if (event.key === "x" && here >= 0) find("input.tick", found[here].closest("tr"))?.click();
    else return false;
    event.preventDefault();
    return true;
  };
  let before = "", when = 0;
  const press = (element) => {
    const box = element.matches("summary") && find("textarea", element.parentElement);
    if (element.matches("[type=radio], [type=checkbox]")) { element.click(); element.focus(); }
    else if (element.matches("input, textarea, select")) element.focus();
    else if (!box || !element.parentElement.open) element.click();
    if (box) setTimeout(() => box.focus());
  };
  on("keydown", (event) => {
    const { target } = event, writing = target.matches?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && target.matches?.("textarea")) {
      event.preventDefault();
      const form = target.form;
      form?.requestSubmit(find('button:not([type="button"])', form));
      return;
    }
    if (event.key === "Escape") all("details[data-menu][open]").forEach((menu) => { menu.open = false; find("summary", menu).focus(); });
    if (writing || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || find("dialog[open]")) return;
    if (before !== "g" && walk(event, target)) return;
    const keys = keyed(), pair = Date.now() - when < 1200 ? `${before} ${event.key}` : "";
    const element = keys.get(pair) ?? keys.get(event.key);
    before = event.key;
    when = Date.now();
    if (!element) return;
    event.preventDefault();
    before = "";
    press(element);
  });

  /* ---- taking it back, while the seconds run ---- */
  const countdown = (form) => {
    if (form.dataset.running) return;
    form.dataset.running = "yes";
    const end = Date.now() + Number(form.dataset.undo) * 1000, shows = find("[data-seconds]", form);
    const tick = () => {
      const left = Math.ceil((end - Date.now()) / 1000);
      if (!form.isConnected) return;
      if (left <= 0) { (form.closest("[data-flash]") ?? form).remove(); return; }
      if (shows) shows.textContent = left;
      setTimeout(tick, 250);
    };
    tick();
  };
  const settleFlash = (box) => { if (box.matches(".flash-good, .flash-info") && !find("[data-undo]", box)) setTimeout(() => box.matches(":hover, :focus-within") || box.remove(), 9000); };

  /* ---- whatever has just arrived ---- */
  const start = (place) => {
    all("[data-undo]", place).forEach(countdown);
    all("[data-counts]", place).forEach(count);
    all(".tabs [aria-current]", place).forEach((tab) => { tab.parentElement.scrollLeft = tab.offsetLeft - 40; });
    all("[data-bulk]", place).forEach((bar) => bar.closest("form") && choice(bar.closest("form")));
  };
  const flashes = find("#flash");
  if (flashes) new MutationObserver(() => { all("[data-undo]", flashes).forEach(countdown); all("[data-flash]", flashes).forEach(settleFlash); }).observe(flashes, { childList: true });
  start(document);
  all("[data-flash]").forEach(settleFlash);
  find("[data-focus]")?.focus();
})();
