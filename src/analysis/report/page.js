"use strict";
// Filters quotations, and lights up the words a link leads to. All else works without it.
const filter = document.getElementById("filter");
const choice = (name) => document.getElementById("by-" + name);
const choices = ["coder", "theme", "readers", "counted"].map(choice);
const sections = [...document.querySelectorAll("section.theme")];
const items = [...document.querySelectorAll(".code li")];

function show() {
  const [coder, theme, readers, counted] = choices.map((select) => select.value);
  let shown = 0;
  const hidden = new Set();
  for (const section of sections) {
    const out = theme !== "" && !section.dataset.f.split(" ").includes(theme);
    let left = 0;
    for (const code of section.querySelectorAll(".code")) {
      let here = 0;
      for (const item of code.querySelectorAll("li")) {
        const fits = !out && (coder === "" || item.dataset.c.split(";").includes(coder))
          && (readers === "" || item.dataset.r === readers)
          && (counted === "" || item.dataset.s === counted);
        item.hidden = !fits;
        here += fits;
        const link = item.querySelector("a.at");
        if (link && !fits) hidden.add(link.hash);
      }
      code.hidden = here === 0 && code.querySelector("li") !== null;
      left += here;
    }
    section.hidden = out || (left === 0 && choices.some((select) => select.value !== ""));
    shown += left;
  }
  for (const article of document.querySelectorAll("article")) dim(article, hidden);
  const all = shown === items.length;
  document.getElementById("shown").textContent = all
    ? `All ${items.length} quotations are shown.`
    : `${shown} of ${items.length} quotations are shown. Counts (n of N) stay those of the whole study.`;
}

function dim(article, hidden) {
  const out = (number) => hidden.has(`#${article.id}m${number}`);
  for (const link of article.querySelectorAll("a.m")) link.hidden = hidden.has("#" + link.id);
  for (const end of article.querySelectorAll("i")) end.hidden = out(end.dataset.q);
  for (const mark of article.querySelectorAll("mark")) {
    mark.classList.toggle("off", mark.dataset.q.split(" ").every(out));
  }
}

function light() {
  for (const mark of document.querySelectorAll("mark.here")) mark.classList.remove("here");
  const target = location.hash && document.getElementById(location.hash.slice(1));
  if (!target) return;
  if (target.closest("[hidden]")) showAll();
  const place = /^(e\d+)[mq](\d+)$/.exec(target.id);
  if (!place) return;
  for (const mark of document.getElementById(place[1]).querySelectorAll("mark")) {
    mark.classList.toggle("here", mark.dataset.q.split(" ").includes(place[2]));
  }
}

function showAll() {
  for (const select of choices) select.value = "";
  show();
}

filter.hidden = false;
for (const select of choices) select.addEventListener("change", show);
document.getElementById("show-all").addEventListener("click", showAll);
addEventListener("hashchange", light);
show();
light();
