(() => {
  "use strict";
  // A box takes the keyboard's focus only while it has something to scroll to.
  const boxes = document.querySelectorAll(".scroll, .chart");
  const contents = document.querySelector(".contents details");
  const narrow = window.matchMedia("screen and (max-width: 60rem)");
  const measure = () => {
    for (const box of boxes) {
      if (box.scrollWidth > box.clientWidth + 1) box.setAttribute("tabindex", "0");
      else box.removeAttribute("tabindex");
    }
  };
  const fold = () => { if (contents) contents.open = !narrow.matches; };
  fold();
  measure();
  narrow.addEventListener("change", fold);
  window.addEventListener("resize", measure);
  document.addEventListener("toggle", measure, true);
  window.addEventListener("beforeprint", () => { if (contents) contents.open = true; });
  window.addEventListener("afterprint", fold);

  // The contents show where the reader is.
  const links = new Map();
  for (const link of document.querySelectorAll(".contents a")) {
    const heading = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (heading) links.set(heading, link);
  }
  const mark = () => {
    let current = null;
    for (const [heading, link] of links) {
      if (heading.getBoundingClientRect().top < window.innerHeight / 3) current = link;
    }
    for (const link of links.values()) {
      if (link === current) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  };
  document.addEventListener("scroll", () => window.requestAnimationFrame(mark), { passive: true });
  mark();
})();
