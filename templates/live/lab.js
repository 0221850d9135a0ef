// Beside the live ranking in JupyterLab: the chart's own sliders in their column, dressed, and the sentences over it.
function render({ model, el }) {
  const told = model.get("told"), stated = model.get("stated"), touched = new Map();
  const list = el.appendChild(document.createElement("ul"));
  list.setAttribute("aria-label", told.heading);
  const number = new Intl.NumberFormat(`${told.lang}-CA`, { maximumFractionDigits: 1 });
  let moved = null, waiting = null, seen = null, root = null;
  const first = stated.map((point) => point.exact);
  const points = () => stated.map((point, i) => (touched.has(i) && touched.get(i) !== point.shown ? touched.get(i) : point.exact));
  const tell = () => {
    const now = points();
    if (!now.some((point) => point > 0)) return list.replaceChildren();
    swaps.show(list, swaps.sentences(told, model.get("rows"), now, first, moved, told.lines));
  };
  const dress = (bindings) => {
    [...bindings.querySelectorAll(".vega-bind")].forEach((row, i) => {
      const slider = row.querySelector("input"), said = document.createElement("output");
      row.style.setProperty("--shade", model.get("colours")[i]);
      slider.setAttribute("aria-label", row.querySelector(".vega-bind-name").textContent);
      slider.parentNode.appendChild(said);
      const show = (value) => {
        said.textContent = number.format(value);
        slider.setAttribute("aria-valuetext", told.points.replace("\u0000", number.format(value)));
      };
      show(stated[i].shown);
      slider.addEventListener("input", () => {
        touched.set(i, +slider.value);
        moved = i;
        show(+slider.value);
        clearTimeout(waiting);
        waiting = setTimeout(tell, 100);  // once the hand rests: the chart comes first
      });
    });
  };
  // Vega draws when it is ready, before or after this view stands on the page.
  const adopt = () => {
    const bindings = root.querySelector(".planlib-chart .vega-bindings"), home = root.querySelector(".planlib-sliders");
    if (!bindings || !home) return;
    seen?.disconnect();
    home.replaceChildren(bindings);
    root.querySelector(".planlib-chart").tabIndex = 0;  // it scrolls on a small screen, by keys too
    dress(bindings);
  };
  // By itself the chart looks at the window alone, and JupyterLab puts it on the page after it was drawn.
  const fit = new ResizeObserver(() => {
    if (!root && (root = el.closest(".planlib-live"))) {
      // Keys on a slider stay with it: JupyterLab has its own uses of the arrows.
      root.addEventListener("focusin", ({ target }) => target.setAttribute("data-lm-suppress-shortcuts", "true"));
      seen = new MutationObserver(adopt);
      seen.observe(root, { childList: true, subtree: true });
      adopt();
      tell();
    }
    window.dispatchEvent(new Event("resize"));
  });
  fit.observe(el);
  return () => { fit.disconnect(); seen?.disconnect(); clearTimeout(waiting); };
}
export default { render };
