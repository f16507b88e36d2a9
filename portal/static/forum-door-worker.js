/* Keeps the page of the forum's desk, and nothing else, so that it opens without a connection. The list of people lies
   elsewhere (forum-door.js). Signing out clears this store with everything else of the portal (Clear-Site-Data). */
"use strict";
const STORE = "forum-door";

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));

const kept = (request) => {
  const { pathname, origin } = new URL(request.url);
  return request.method === "GET" && origin === location.origin
    && (/^\/staff\/forum-door\/\d+$/.test(pathname) || pathname.startsWith("/static/") || pathname === "/look.css");
};
const keep = async (request, answer) => {
  if (answer.ok && !answer.redirected) await (await caches.open(STORE)).put(request, answer.clone());
  return answer;
};

addEventListener("fetch", (event) => {
  const { request } = event;
  if (!kept(request)) return;
  event.respondWith(fetch(request).then((answer) => keep(request, answer)).catch(async () => {
    const found = await (await caches.open(STORE)).match(request, { ignoreVary: true });
    return found ?? Response.error();
  }));
});

addEventListener("message", (event) => {
  const { keep: wanted, forget } = event.data ?? {};
  if (forget) event.waitUntil(caches.delete(STORE));
  for (const address of wanted ?? []) {
    event.waitUntil(fetch(address, { credentials: "same-origin" }).then((answer) => keep(new Request(address), answer)).catch(() => {}));
  }
});
