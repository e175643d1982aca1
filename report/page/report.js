"use strict";
(() => {
  const $ = (id) => document.getElementById(id);

  // What a bar stands for, beside the pointer or where a finger touched: its line in the host's list.
  const tip = $("tip");
  const words = (bar) => {
    const host = bar.closest(".host");
    const [at, status, step, took] = host.querySelectorAll("tr")[bar.dataset.step].cells;
    const [name, detail] = step.childNodes;
    const first = `${host.querySelector(".name").textContent} · ${name.textContent}`;
    const second = `${status.textContent}, ${took.textContent} from ${at.textContent}`;
    return [first, second, detail && detail.textContent].filter(Boolean).join("\n");
  };
  const point = (e) => {
    const bar = e.target.closest && e.target.closest(".bar");
    tip.hidden = !bar;
    if (!bar) return;
    tip.textContent = words(bar);
    const { width, height } = tip.getBoundingClientRect();
    const left = Math.min(e.clientX + 12, innerWidth - width - 8);
    const below = e.clientY + 16 + height < innerHeight;
    tip.style.left = Math.max(8, left) + "px";
    tip.style.top = (below ? e.clientY + 16 : Math.max(8, e.clientY - height - 12)) + "px";
  };
  for (const type of ["pointerover", "pointermove", "pointerdown"]) addEventListener(type, point, { passive: true });
  addEventListener("scroll", () => { tip.hidden = true; }, { passive: true });

  // Only hosts that have all the words that were typed.
  const hosts = [...document.querySelectorAll(".host")];
  const filter = $("filter");
  const sift = () => {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const h of hosts) {
      const text = h.dataset.find.toLowerCase();
      h.hidden = !words.every((w) => text.includes(w));
      if (!h.hidden) shown++;
    }
    $("shown").textContent = words.length ? `${shown} of ${hosts.length} hosts` : "";
  };
  filter.addEventListener("input", sift);
  filter.closest(".tools").hidden = hosts.length < 6;

  // A link to a diff or a host opens it.
  const unfold = () => {
    const target = location.hash && $(decodeURIComponent(location.hash.slice(1)));
    if (target && "open" in target) {
      target.open = true;
      target.scrollIntoView();
    }
  };
  addEventListener("hashchange", unfold);
  unfold();
})();
