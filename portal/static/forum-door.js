/* The desk at the forum's door: search or scan, check in at once on this device, tell the server when it can be reached.
   Kept here while it is needed: names, organisations, numbers, hashes of tickets, and what was done and not told yet. */
(() => {
  "use strict";
  const desk = document.querySelector("#desk");
  if (!desk || !window.indexedDB) return;
  const facts = desk.dataset, words = document.querySelector("#desk-words").dataset;
  const find = (selector) => document.querySelector(selector);
  const made = (tag, text, name) => Object.assign(document.createElement(tag), { textContent: text ?? "", className: name ?? "" });
  const fill = (text, given) => (text ?? "").replace(/\{(\w+)\}/g, (whole, name) => given[name] ?? whole);
  const FIELDS = ["id", "number", "name", "name_en", "organisation", "title", "ticket", "state", "companions", "at"];
  const people = new Map(), byTicket = new Map(), queue = new Map(), told = new Map();
  let base = null, counts = { here: Number(facts.here), confirmed: Number(facts.confirmed) }, sending = false, away = false, out = false;
  desk.hidden = false;
  find("#plain")?.remove();

  /* ---- what is kept on the device ---- */
  const open = () => new Promise((done, failed) => {
    const asked = indexedDB.open("forum-door", 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("meta");
      asked.result.createObjectStore("people", { keyPath: "id" });
      asked.result.createObjectStore("queue", { keyPath: "key" });
    };
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
  });
  const deed = (names, act) => new Promise((done, failed) => {
    const work = base.transaction(names, "readwrite");
    const result = act(...names.map((name) => work.objectStore(name)));
    work.oncomplete = () => done(result?.result ?? result);
    work.onerror = work.onabort = () => failed(work.error);
  });
  const all = (name) => deed([name], (store) => store.getAll());
  const owner = () => `${facts.event}:${facts.owner}`;
  const forget = async () => {
    await deed(["meta", "people", "queue"], (...stores) => stores.forEach((store) => { store.clear(); }));
    navigator.serviceWorker?.controller?.postMessage({ forget: true });
  };
  const remember = async () => {
    const meta = await deed(["meta"], (store) => store.get("owner"));
    const isOver = Date.now() > Number(facts.until);
    const told = (await all("queue")).length === 0;
    if ((meta !== undefined && meta !== owner()) || (isOver && told)) await forget();
    if (isOver && told) return;
    await deed(["meta"], (store) => { store.put(owner(), "owner"); });
    for (const one of await all("people")) note(one);
    for (const one of await all("queue")) queue.set(one.key, one);
    for (const one of queue.values()) mark(one);
  };
  const isArrival = (deed) => deed.how === "on_site";
  const note = (one) => { people.set(one.id, one); if (one.ticket) byTicket.set(one.ticket, one); };
  const mark = (scan) => { const one = people.get(scan.id) ?? byTicket.get(scan.ticket); if (one && !one.at) one.at = scan.at; };

  /* ---- the server ---- */
  const asked = async (address, body, background) => {
    const headers = body ? { "Content-Type": "application/json", "X-CSRFToken": find('meta[name="csrf-token"]').content } : {};
    if (background) headers["X-Background"] = "1";
    const answer = await fetch(address, { method: body ? "POST" : "GET", body: body && JSON.stringify(body), headers, credentials: "same-origin" });
    out = answer.redirected || [400, 401, 403].includes(answer.status);
    if (out || !answer.ok) throw new Error(String(answer.status));
    return answer.json();
  };
  const reached = (is) => { away = !is; show(); };
  const load = async (background) => {
    try {
      const list = await asked(facts.list, null, background);
      people.clear();
      byTicket.clear();
      for (const line of list.people) note(Object.fromEntries(FIELDS.map((name, n) => [name, line[n]])));
      for (const scan of queue.values()) mark(scan);
      counts = list;
      await deed(["people"], (store) => { store.clear(); for (const one of people.values()) store.put(one); });
      reached(true);
    } catch { reached(false); }
    search();
  };
  const tell = async () => {
    if (sending || !queue.size) return;
    sending = true;
    const late = away || queue.size > 1;
    const deeds = [...queue.values()].slice(0, 200), arrivals = deeds.filter(isArrival), scans = deeds.filter((one) => !isArrival(one));
    try {
      const answer = await asked(facts.send, { desk: facts.desk, scans, arrivals });
      for (const one of answer.results) settle(one, late, queue.get(one.key)?.at);
      for (const one of answer.results) told.set(one.key, one);
      for (const one of deeds) queue.delete(one.key);
      await deed(["queue"], (store) => { for (const one of deeds) store.delete(one.key); });
      counts = answer;
      reached(true);
    } catch { reached(false); }
    sending = false;
    if (!away && queue.size) await tell();
    else if (!away) await load(false);
  };
  const settle = (result, late, at) => {
    const one = people.get(result.id), isHere = ["in", "already"].includes(result.code);
    if (one) one.at = isHere ? result.at : null;
    if (isHere && !result.said) return;
    const name = result.name || "—", text = result.said || words[result.code];
    say(isHere ? "warn" : "bad", name, text, one);
    if (late) news(name, text, at);
  };
  /* What came of a deed that was done a while ago stays until somebody has seen it: the next one must not cover it. */
  const news = (name, text, at) => {
    const line = made("li", "", "desk-person"), said = made("span", "", "desk-person-words"), seen = made("button", words.seen, "button button-small");
    said.append(made("strong", name), made("span", text, "small"), made("span", at ? new Date(at).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" }) : "", "muted small"));
    seen.type = "button";
    seen.onclick = () => { line.remove(); find("#desk-news").hidden = !find("#desk-news li"); };
    line.append(said, seen);
    find("#desk-news ul").append(line);
    find("#desk-news").hidden = false;
  };

  /* ---- checking in ---- */
  const checkIn = async (one, how, ticket) => {
    if (one?.at) return say("warn", one.name, fill(words.already, {}), one);
    if (one && one.state !== "confirmed") return say("bad", one.name, one.state === "waiting" || one.state === "offered" || one.state === "requested" ? words.not_confirmed : words.cancelled, one);
    if (!one && !ticket) return say("bad", "—", words.unknown);
    const scan = { key: newKey(), at: Date.now(), how };
    if (one) scan.id = one.id; else scan.ticket = ticket;
    queue.set(scan.key, scan);
    await deed(["queue"], (store) => { store.put(scan); });
    if (one) { one.at = scan.at; say("good", one.name, words.in, one); }
    else say("warn", "—", words.later);
    show();
    search();
    await tell();
  };
  const hashed = async (text) => {
    const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
    return [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  };
  const scanned = async (text) => {
    const secret = /(?:^|\/)([A-Za-z0-9_-]{24,})\/?$/.exec(text.trim())?.[1];
    if (!secret) return false;
    const ticket = await hashed(secret);
    const one = byTicket.get(ticket);
    await checkIn(one, "scan", ticket);
    return true;
  };

  /* ---- somebody who just comes ---- */
  const newKey = () => self.crypto.randomUUID?.() ?? `${Date.now()}-${Math.random().toString(36).slice(2)}`;
  find("#desk-arrival").addEventListener("submit", async (event) => {
    event.preventDefault();
    event.stopPropagation();
    const form = event.target, given = (name) => form.elements[name].value.trim();
    if (!given("name") || !given("organisation")) return;
    const arrival = { key: newKey(), at: Date.now(), how: "on_site", name: given("name"), organisation: given("organisation"), title: given("title"), phone: given("phone") };
    const listed = arrival.phone ? null : onTheList(arrival);
    if (listed) {
      form.reset();
      return checkIn(listed, "search");
    }
    queue.set(arrival.key, arrival);
    await deed(["queue"], (store) => { store.put(arrival); });
    form.reset();
    say("good", arrival.name, words.kept);
    show();
    await tell();
    const result = told.get(arrival.key), one = people.get(result?.id);
    if (one && result.code === "in" && !result.said) say("good", one.name, words.in, one);
  });
  const plain = (text) => (text ?? "").normalize("NFKC").toLowerCase().replace(/\s+/g, "");
  const onTheList = (given) => {
    const found = [...people.values()].filter((one) => plain(one.organisation) === plain(given.organisation)
      && one.state === "confirmed" && [one.name, one.name_en].some((name) => name && plain(name) === plain(given.name)));
    return found.length === 1 ? found[0] : null;
  };
  document.querySelector(`a[href="${facts.walkIn}"]`)?.addEventListener("click", (event) => {
    if (!away) return;
    event.preventDefault();
    find(".desk-newcomer").open = true;
    find("#arrival-name").focus();
  });

  /* ---- what one sees ---- */
  const say = (tone, name, text, one) => {
    const box = find("#desk-result");
    box.className = `desk-result desk-result-${tone}`;
    box.replaceChildren(made("strong", name), made("span", text));
    if (one) {
      box.append(made("span", [one.number, one.organisation, one.companions ? fill(words.companions, { n: one.companions }) : ""].filter(Boolean).join(" · "), "muted"));
      if (tone !== "bad" && !away) {
        const print = made("a", words.badge, "button button-small");
        print.href = fill(facts.badge, { number: Number(one.number) });
        box.append(print);
      }
    }
  };
  const show = () => {
    const waits = queue.size, arrivals = [...queue.values()].filter(isArrival).length;
    const weight = (one) => 1 + (Number(facts.companions) ? one.companions : 0);
    const here = [...people.values()].filter((one) => one.at && one.state === "confirmed").reduce((sum, one) => sum + weight(one), 0);
    find("#desk-here").textContent = String(Math.max(counts.here, here) + arrivals);
    find("#desk-confirmed").textContent = String(counts.confirmed);
    const line = find("#desk-line");
    line.dataset.state = out ? "out" : away ? "away" : "on";
    line.textContent = out ? words.out : away ? fill(waits ? words.away : words.calm, { n: waits }) : waits ? fill(words.telling, { n: waits }) : words.on;
  };
  const matches = (said) => {
    const word = said.toLowerCase();
    return [...people.values()].filter((one) => one.number === word || one.number.replace(/^0+/, "") === word
      || [one.name, one.name_en, one.organisation].some((text) => (text ?? "").toLowerCase().includes(word))).slice(0, 30);
  };
  const search = () => {
    const said = find("#desk-search").value.trim(), list = find("#desk-list");
    if (!said || said.includes("/")) return list.replaceChildren();
    const found = matches(said);
    list.replaceChildren(...found.map((one) => {
      const line = made("li", "", "desk-person"), text = made("span", "", "desk-person-words");
      text.append(made("strong", one.name), made("span", [one.number, one.organisation, one.title].filter(Boolean).join(" · "), "muted small"));
      line.append(text);
      const button = made("button", one.at ? words.here : words.check, `button${one.at ? "" : " button-primary"}`);
      button.type = "button";
      button.setAttribute("aria-label", `${button.textContent}: ${one.name}`);
      button.onclick = () => checkIn(one, "search");
      line.append(button);
      return line;
    }));
    if (!found.length) list.replaceChildren(made("li", words.nobody, "muted"));
  };

  find("#desk-search").addEventListener("input", search);
  find("#desk-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    event.stopPropagation();
    const field = find("#desk-search"), said = field.value.trim(), found = matches(said);
    if (!said) return;
    if (await scanned(said)) field.value = "";
    else if (found.length === 1) { await checkIn(found[0], "search"); field.value = ""; }
    search();
    field.focus();
  });

  /* ---- the camera: read by the browser, or by a decoder of ours where it cannot ---- */
  const camera = find("#desk-camera"), video = find("#desk-video");
  let eye = null, last = "";
  const look = async () => {
    if (!video.srcObject) return;
    try {
      const [code] = await eye.detect(video);
      if (code && code.rawValue !== last) { last = code.rawValue; await scanned(code.rawValue); setTimeout(() => { last = ""; }, 4000); }
    } catch { /* no picture yet */ }
    setTimeout(look, 200);
  };
  const close = () => { video.srcObject?.getTracks().forEach((track) => track.stop()); video.srcObject = null; video.hidden = true; camera.textContent = words.camera; };
  const start = async () => {
    if (video.srcObject) return close();
    try {
      video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      video.hidden = false;
      camera.textContent = words.close;
      await video.play();
      look();
    } catch { say("bad", "—", words.no_camera); }
  };
  const reader = async () => {
    const own = window.BarcodeDetector, kinds = own ? await own.getSupportedFormats?.() ?? ["qr_code"] : [];
    return kinds.includes("qr_code") ? own : (await import(facts.decoder)).BarcodeDetector;
  };
  (async () => {
    const Detector = await reader().catch(() => null);
    if (!Detector) return;
    eye = new Detector({ formats: ["qr_code"] });
    const picture = find("#desk-picture");
    find("#desk-eyes").hidden = false;
    camera.onclick = start;
    picture.onchange = async () => {
      const [code] = picture.files[0] ? await eye.detect(await createImageBitmap(picture.files[0])) : [];
      if (!code || !(await scanned(code.rawValue))) say("bad", "—", words.unknown);
      picture.value = "";
    };
  })();

  /* ---- begin ---- */
  const keepPage = async () => {
    if (!navigator.serviceWorker) return;
    await navigator.serviceWorker.register(facts.worker, { scope: facts.scope });
    const { active } = await navigator.serviceWorker.ready;
    const parts = [...document.querySelectorAll("link[rel=stylesheet], link[rel=icon], script[src]")].map((one) => one.href || one.src);
    active.postMessage({ keep: [location.href.split(/[?#]/)[0], ...parts, ...[facts.icons, facts.decoder, facts.decoderPart].map((one) => new URL(one, location.href).href)] });
    desk.dataset.kept = "";
  };
  document.querySelector('form[action="/sign-out"]')?.addEventListener("submit", (event) => {
    if (queue.size && !confirm(fill(words.unsent, { n: queue.size }))) event.preventDefault();
  });
  addEventListener("online", () => { tell().then(() => load(true)); });
  addEventListener("offline", () => reached(false));
  (async () => {
    base = await open();
    await remember();
    show();
    await tell();
    await load(false);
    desk.dataset.ready = "";
    keepPage().catch(() => {});
    const hash = decodeURIComponent(location.hash.slice(1));
    if (hash && await scanned(hash)) history.replaceState(null, "", location.pathname);
    setInterval(() => { (queue.size ? tell() : load(true)); }, 10000);
  })();
})();
