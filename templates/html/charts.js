// The page's pictures come alive near the reader's eyes: as wide as the screen, exact figures under the hand, one
// axis or status lit by its name. Until then, on paper and in a browser that cannot, the still picture is there.
(() => {
  "use strict";
  const packed = document.getElementById("bundle");
  if (!packed || !window.DecompressionStream || !window.IntersectionObserver) return;
  const NARROW = 600, LINE = 15, MARK = 20, FONT = getComputedStyle(document.body).fontFamily;
  const lang = document.documentElement.lang, figures = new Map();
  const pen = document.createElement("canvas").getContext("2d");
  const tip = Object.assign(document.createElement("div"), { id: "tip" });
  tip.setAttribute("aria-hidden", "true");  // the same figures are in each chart's table
  document.getElementById("main").append(tip);

  // Unpacked once, when the first chart comes near; the policy knows the script by its hash.
  let unpacked = null;
  const unpack = async () => {
    const bytes = Uint8Array.from(atob(packed.textContent), (sign) => sign.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    const text = await new Response(stream).text();
    document.head.append(Object.assign(document.createElement("script"), { text }));
  };

  const units = (spec) => (spec.layer ?? (spec.spec ? [spec.spec] : null))?.flatMap(units) ?? [spec];
  const marked = (unit) => (unit.mark = typeof unit.mark === "string" ? { type: unit.mark } : unit.mark);
  const widest = (texts, size) => {
    pen.font = `${size}px ${FONT}`;
    return Math.max(0, ...texts.map((text) => pen.measureText(text).width));
  };
  const wrapped = (text, room, size) => {
    const lines = [];
    for (const part of text.split(/[ \n]+/)) {
      const longer = lines.length ? `${lines.at(-1)} ${part}` : part;
      if (lines.length && widest([longer], size) <= room) lines[lines.length - 1] = longer;
      else lines.push(part);
    }
    return lines.join("\n");
  };
  const height = (texts) => Math.max(0, ...texts.map((text) => text.split("\n").length));

  // Two ends of time said as the least and the most: a domain of days Vega-Lite reads in two ways where bars have two ends.
  const counted = (spec) => {
    for (const { encoding } of units(spec)) {
      for (const { scale } of Object.values(encoding ?? {})) {
        if (!scale?.domain?.[0]?.year || scale.domain.length !== 2) continue;
        [scale.domainMin, scale.domainMax] = scale.domain;
        delete scale.domain;
      }
    }
  };

  // The legends whose names and colours the chart states leave the picture; each name becomes a button.
  const legends = (spec) => {
    const found = new Map();
    for (const unit of units(spec)) {
      for (const name of ["color", "fill", "shape"]) {
        const channel = unit.encoding?.[name], { domain, range } = channel?.scale ?? {};
        if (!channel?.field || channel.legend === null || !Array.isArray(domain) || !Array.isArray(range)) continue;
        const legend = found.get(channel.field) ?? { field: channel.field, domain, fade: marked(unit).opacity ?? 1 };
        legend[name === "shape" ? "shapes" : "colours"] = range;
        legend.below ||= channel.legend?.orient === "bottom";
        found.set(channel.field, legend);
        channel.legend = null;
      }
    }
    return [...found.values()].map((legend, i) => {
      const signal = `lit_${i}`, lit = `${signal} === null || datum[${JSON.stringify(legend.field)}] === ${signal}`;
      for (const unit of units(spec)) {
        const own = ["color", "fill", "shape"].some((name) => unit.encoding?.[name]?.field === legend.field);
        if (!own || unit.encoding.opacity) continue;
        unit.encoding.opacity = { condition: { test: lit, value: marked(unit).opacity ?? 1 }, value: 0.12 };
      }
      spec.params = [...(spec.params ?? []), { name: signal, value: null }];
      return { ...legend, signal };
    });
  };
  const buttons = (legend, figure, light) => {
    const group = document.createElement("div");
    group.className = "legend";
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", light);
    const made = legend.domain.map((value, i) => {
      const button = Object.assign(document.createElement("button"), { type: "button" });
      const shape = /^M/.test(legend.shapes?.[i]) ? legend.shapes[i] : "M-.9,-.9H.9V.9H-.9Z";
      const sign = document.createElementNS("http://www.w3.org/2000/svg", "svg");
      const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
      sign.setAttribute("viewBox", "-1.2 -1.2 2.4 2.4");
      sign.setAttribute("aria-hidden", "true");
      path.setAttribute("d", shape);
      path.setAttribute("fill", legend.colours?.[i] ?? "#1b2430");
      path.setAttribute("fill-opacity", legend.fade);
      sign.append(path);
      button.append(sign, String(value).replace(/\n/g, " "));
      button.setAttribute("aria-pressed", "false");
      button.addEventListener("click", () => {
        const lit = button.getAttribute("aria-pressed") !== "true";
        for (const one of made) one.setAttribute("aria-pressed", String(lit && one === button));
        figure.lit[legend.signal] = lit ? value : null;
        figure.view.signal(legend.signal, figure.lit[legend.signal]).runAsync()
          .then(() => say(figure, group.parentElement.querySelector(".picture")));
      });
      return button;
    });
    group.append(...made);
    return group;
  };

  // On a telephone: a row's name above its marks, and beside them only words that leave the marks their room.
  const narrowed = (spec, room) => {
    const inner = spec.spec ?? spec, all = units(inner), shrink = Math.min(1, room / (inner.width || 680));
    const rows = (unit) => {
      const data = unit.data ?? inner.data ?? spec.data;
      return data?.values ?? spec.datasets?.[data?.name] ?? [];
    };
    const texts = (unit, field) => [...new Set(rows(unit).map((row) => row[field]).filter((t) => typeof t === "string"))];
    const anew = new Map();
    const rewrite = (found, width, size) => found.map((text) => {
      anew.set(text, wrapped(text, width, size));
      return anew.get(text);
    });
    for (const unit of all) {
      const x = unit.encoding?.x, mark = marked(unit);
      if (x?.type === "temporal" && x.axis) {
        x.axis = { ...x.axis, tickCount: "month", format: "%b", labelOverlap: "greedy", labelSeparation: 5 };
        delete x.axis.labelExpr;
      }
      if (x?.axis && (x.type === "ordinal" || x.type === "nominal")) x.axis = { ...x.axis, labelOverlap: true };
      for (const part of mark.type === "text" ? [] : ["width", ...(mark.type === "point" || mark.type === "tick" ? ["size"] : [])]) {
        if (typeof mark[part] === "number") mark[part] *= shrink;
      }
    }
    const named = all.filter((u) => u.encoding?.y?.field && ["nominal", "ordinal"].includes(u.encoding.y.type));
    if (!named.length) return spec;
    const field = named[0].encoding.y.field;
    const labels = [...new Set(named.flatMap((unit) => texts(unit, field)))];
    const above = widest(labels.flatMap((label) => label.split("\n")), 13) > 0.3 * room;
    const of = above ? height(rewrite(labels, room - 24, 12.5)) : 0;
    // A shorter name stands as close to its marks as a long one.
    for (const label of above ? labels : []) anew.set(label, "\u200b\n".repeat(of - height([anew.get(label)])) + anew.get(label));
    const beside = named.filter((unit) => {
      const told = unit.encoding.text?.field, x = unit.encoding.x;
      if (unit.mark.type !== "text" || !told) return false;
      return (x && ("value" in x || "datum" in x)) || widest(texts(unit, told), 13) > 0.3 * room;
    });
    const under = height(beside.flatMap((unit) => rewrite(texts(unit, unit.encoding.text.field), room - 24, 12.5)));
    if (spec.facet?.row?.field) {
      rewrite([...new Set(all.flatMap((unit) => texts(unit, spec.facet.row.field)))], room - 24, 14);
      spec.facet.row.header = { ...spec.facet.row.header, labelLimit: room, labelExpr: "split(datum.label, '\\n')" };
    }
    if (of || under) {
      const step = 5 + (of + under) * LINE + 3 + MARK + 6, marks = step / 2 - 6 - MARK / 2;
      inner.height = { step };
      for (const unit of named) {
        const y = unit.encoding.y;
        unit.mark.yOffset = marks;
        if (y.axis !== null) {
          y.axis = { ...y.axis, labelFontSize: 12, labelLineHeight: LINE, labelLimit: room, labelOffset: marks };
          y.axis.labelExpr ??= "split(datum.label, '\\n')";
          if (above) Object.assign(y.axis, { labelAlign: "left", labelBaseline: "top", labelPadding: 0, labelOffset: 5 - step / 2 });
        }
      }
      for (const unit of beside) {
        unit.encoding.x = { value: 0 };
        const place = { align: "left", baseline: "top", dx: 0, lineBreak: "\n", lineHeight: LINE, fontSize: 12 };
        Object.assign(unit.mark, place, { yOffset: 5 - step / 2 + of * LINE });
      }
    }
    return JSON.parse(JSON.stringify(spec), (_, value) => anew.get(value) ?? value);
  };

  // Vega tells a screen reader of its marks in English: the picture has one description, in the page's language.
  const say = ({ told }, place) => {
    const svg = place.querySelector("svg");
    for (const part of svg.querySelectorAll("[role], [aria-hidden]")) {
      for (const name of ["role", "aria-roledescription", "aria-label", "aria-hidden"]) part.removeAttribute(name);
    }
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", told);
  };

  const draw = async (element, figure) => {
    const room = element.clientWidth;
    if (!room || figure.busy || Math.abs(room - (figure.room ?? 0)) < 9) return;
    figure.busy = true;
    figure.room = room;
    const place = document.createElement("div");
    place.className = "picture";
    try {
      await (unpacked ??= unpack());
      const asked = structuredClone(figure.spec), faceted = Boolean(asked.spec);
      const spec = room < NARROW ? narrowed(asked, room) : asked;
      const tooltipFormat = { numberFormat: ",~f", timeFormat: lang === "fr" ? "%-d %B %Y" : "%B %-d, %Y" };
      const config = { ...spec.config, aria: false, tooltipFormat };
      element.querySelector(":scope > .drawn > .picture").replaceWith(place);
      element.classList.add("live");
      const { view } = await vegaEmbed(place, { ...spec, config }, {
        ast: true, actions: false, renderer: "svg", mode: "vega-lite", defaultStyle: false, logLevel: 1,
        formatLocale: spec.config?.locale?.number, timeFormatLocale: spec.config?.locale?.time,
        tooltip: { id: "tip", disableDefaultStyle: true },
      });
      figure.view?.finalize();
      figure.view = view;
      for (const [name, value] of Object.entries(figure.lit)) view.signal(name, value);
      const width = faceted ? "child_width" : "width";
      for (let n = 0; n < 4; n += 1) {
        const over = place.querySelector("svg").getAttribute("width") - room;
        if (n && over <= 0) break;
        view.signal(width, Math.max(80, view.signal(width) - Math.ceil(over)));
        await view.resize().runAsync();
      }
      say(figure, place);
    } catch (error) {
      element.classList.remove("live");  // the still picture says the same
      throw error;
    } finally {
      figure.busy = false;
    }
  };

  const ready = (element) => {
    const { spec, told, light } = JSON.parse(element.querySelector(":scope > script").textContent);
    if (spec.hconcat || spec.vconcat || spec.concat || spec.repeat) return null;
    counted(spec);
    const figure = { spec, told, lit: {} }, drawn = document.createElement("div"), here = document.createElement("div");
    drawn.className = "drawn";
    here.className = "picture";
    drawn.append(here);
    for (const legend of legends(spec)) {
      if (legend.below) drawn.append(buttons(legend, figure, light));
      else here.before(buttons(legend, figure, light));
    }
    element.querySelector(":scope > .chart").after(drawn);
    return figure;
  };
  const near = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      if (!figures.has(target)) figures.set(target, ready(target));
      if (figures.get(target)) draw(target, figures.get(target));
    }
  }, { rootMargin: "50%" });
  const start = () => {
    for (const script of document.querySelectorAll("figure > script[type='application/json']")) near.observe(script.parentElement);
  };
  let waiting = null;
  window.addEventListener("resize", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => figures.forEach((figure, element) => figure && draw(element, figure)), 150);
  });
  // After all else: the page is read before it is played with.
  const idle = window.requestIdleCallback ?? ((task) => setTimeout(task, 200));
  window.addEventListener("load", () => idle(start, { timeout: 2000 }));
})();
