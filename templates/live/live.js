(async () => {
  "use strict";
  const page = JSON.parse(document.getElementById("spec").textContent);
  const chart = document.getElementById("chart");
  // The interpreter evaluates the chart's formulas without `eval`, which this page's policy forbids.
  const options = { ast: true, actions: false, renderer: "svg", bind: "#sliders", mode: "vega-lite" };
  const { view } = await vegaEmbed(chart, page.spec, options);
  chart.view = view;
  const number = new Intl.NumberFormat(page.lang + "-CA", { maximumFractionDigits: 1 });
  const sliders = [...document.querySelectorAll("#sliders input")];
  const show = (slider) => {
    const points = number.format(view.signal(slider.name));
    slider.nextOutput.textContent = points;
    slider.setAttribute("aria-valuetext", page.points.replace("{points}", points));
  };
  sliders.forEach((slider, i) => {
    const row = slider.closest(".vega-bind");
    row.style.setProperty("--shade", page.colours[i]);
    slider.setAttribute("aria-label", row.querySelector(".vega-bind-name").textContent);
    slider.nextOutput = slider.parentNode.appendChild(document.createElement("output"));
    view.addSignalListener(slider.name, () => show(slider));
    show(slider);
  });
  // Told once the weight is let go, not at each step on the way.
  const tell = () => {
    const rows = [...chart.querySelectorAll(".role-mark [aria-label]")]
      .filter((mark) => mark.textContent)
      .sort((one, other) => one.getBoundingClientRect().top - other.getBoundingClientRect().top);
    document.getElementById("said").textContent = rows.slice(0, 3).map((mark) => mark.getAttribute("aria-label")).join(". ");
  };
  document.getElementById("sliders").addEventListener("change", () => view.runAsync().then(tell));
  document.getElementById("reset").addEventListener("click", () => {
    for (const [name, points] of Object.entries(page.start)) view.signal(name, points);
    view.runAsync().then(tell);
  });
})();
