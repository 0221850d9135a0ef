(async () => {
  "use strict";
  const page = JSON.parse(document.getElementById("spec").textContent);
  const chart = document.getElementById("chart"), list = document.getElementById("swaps");
  // Vega writes a text's font again each time the text moves, and to a browser even the same font is a change.
  const { setAttribute } = SVGElement.prototype;
  SVGTextElement.prototype.setAttribute = function (name, value) {
    if (!name.startsWith("font-") || this.getAttribute(name) !== value) setAttribute.call(this, name, value);
  };
  // `ast`: formulas come parsed, since the page's policy forbids `eval`; formulas.js then makes functions of them.
  const options = { ast: true, expr: formulas, actions: false, renderer: "svg", bind: "#sliders", mode: "vega-lite" };
  const { view } = await vegaEmbed(chart, page.spec, options);
  chart.view = view;
  const told = page.swaps, rows = page.spec.data.values, first = page.stated.map((point) => point.exact);
  const number = new Intl.NumberFormat(page.lang + "-CA", { maximumFractionDigits: 1 });
  const sliders = [...document.querySelectorAll("#sliders input")];
  let moved = null, waiting = null;
  // A slider that has not moved stands for the stated weight, not for its rounding.
  const points = () => page.stated.map((point, i) => {
    const now = view.signal(`points_${i}`);
    return now === point.shown ? point.exact : now;
  });
  const say = () => {
    const now = points();
    const lines = now.some((point) => point > 0) ? swaps.sentences(told, rows, now, first, moved, told.lines) : [];
    swaps.show(list, lines);
    return lines;
  };
  const show = (slider) => {
    const points = number.format(view.signal(slider.name));
    slider.nextOutput.textContent = points;
    slider.setAttribute("aria-valuetext", told.points.replace("\u0000", points));
  };
  sliders.forEach((slider, i) => {
    const row = slider.closest(".vega-bind");
    row.style.setProperty("--shade", page.colours[i]);
    slider.setAttribute("aria-label", row.querySelector(".vega-bind-name").textContent);
    slider.nextOutput = slider.parentNode.appendChild(document.createElement("output"));
    view.addSignalListener(slider.name, () => show(slider));
    show(slider);
    slider.addEventListener("input", () => {
      moved = i;
      clearTimeout(waiting);
      waiting = setTimeout(say, 100);  // once the hand rests: the chart comes first
    });
  });
  // Told once the weight is let go, not at each step on the way.
  const tell = () => {
    clearTimeout(waiting);
    const passed = say()[0] ?? [];
    const marks = [...chart.querySelectorAll(".role-mark [aria-label]")]
      .filter((mark) => mark.textContent)
      .sort((one, other) => one.getBoundingClientRect().top - other.getBoundingClientRect().top);
    const best = marks.slice(0, 3).map((mark) => mark.getAttribute("aria-label")).join(". ");
    document.getElementById("said").textContent = `${passed.map(([text]) => text).join("")} ${best}`;
  };
  document.getElementById("sliders").addEventListener("change", () => view.runAsync().then(tell));
  document.getElementById("reset").addEventListener("click", () => {
    for (const [name, points] of Object.entries(page.start)) view.signal(name, points);
    moved = null;
    view.runAsync().then(tell);
  });
  say();
})();
