// Where one action passes another as the points of one criterion move: the arithmetic of robust/swaps.py, on the
// weights as the sliders stand. `values` are rows of numbers, null where blank, in the order of the actions' names.
const swaps = (() => {
  "use strict";
  const TINY = 1e-12;

  const scoreOf = (row, points) => {
    let total = 0, weight = 0;
    row.forEach((value, k) => { if (value !== null) { total += value * points[k]; weight += points[k]; } });
    return weight > 0 ? total / weight : null;
  };

  // Real roots of square p² + slope p + level.
  const rootsOf = (square, slope, level) => {
    const flat = Math.abs(square) <= TINY * (Math.abs(slope) + Math.abs(level));
    if ((flat && Math.abs(slope) <= TINY * Math.abs(level)) || (slope === 0 && level === 0)) return [];
    if (flat) return [-level / slope];
    const lean = -0.5 * (slope + (slope >= 0 ? 1 : -1) * Math.sqrt(slope * slope - 4 * square * level));
    return [lean / square, level / lean].filter(Number.isFinite);
  };

  // First crossings above and below the points of criterion j, for every pair of rows.
  const crossings = (values, points, j) => {
    const rest = points.reduce((sum, p, k) => (k === j ? sum : sum + p), 0), now = points[j], found = [];
    if (!points.some((p, k) => k !== j && p > 0)) return found;
    const sure = 1e-9 * Math.max(1, now, rest);
    const rows = values.map((row) => {
      let total = 0, weight = 0;
      row.forEach((value, k) => { if (k !== j && value !== null) { total += value * points[k]; weight += points[k]; } });
      return { total, weight, counts: row[j] === null ? 0 : 1, worth: row[j] ?? 0 };
    });
    const scored = rows.map((row) => row.weight + row.counts * now > 0);
    for (let a = 0; a < rows.length; a += 1) {
      if (!scored[a]) continue;
      for (let b = a + 1; b < rows.length; b += 1) {
        if (!scored[b]) continue;
        const one = rows[a], other = rows[b];
        const straight = one.counts === other.counts
          && Math.abs(one.weight - other.weight) <= 1e-8 + TINY * Math.abs(other.weight);
        const square = straight ? 0 : one.worth * other.counts - other.worth * one.counts;
        const slope = straight ? one.worth - other.worth
          : one.total * other.counts + one.worth * other.weight - other.total * one.counts - other.worth * one.weight;
        const level = straight ? one.total - other.total : one.total * other.weight - other.total * one.weight;
        const roots = rootsOf(square, slope, level).filter((root) => root > sure);
        for (const sign of [1, -1]) {
          let best = Infinity, rises = false;
          for (const root of roots) {
            let away = sign * (root - now);
            if (Math.abs(away) <= sure) away = 0;
            const turn = 2 * square * root + slope;
            // Where the two only touch, nobody passes.
            if (away < 0 || away >= best) continue;
            if (Math.abs(turn) <= 1e-9 * (Math.abs(square * root) + Math.abs(slope) + 1e-300)) continue;
            best = away;
            rises = sign * turn > 0;
          }
          if (best === Infinity) continue;
          const at = now + sign * best;
          found.push({ criterion: j, sign, now, at, change: at - now, passes: rises ? a : b, passed: rises ? b : a });
        }
      }
    }
    return found;
  };

  const nearest = (values, points) => points
    .flatMap((_, j) => crossings(values, points, j))
    .sort((one, other) => Math.abs(one.change) - Math.abs(other.change) || one.criterion - other.criterion
      || other.sign - one.sign || one.passes - other.passes || one.passed - other.passed);

  // What moving criterion j from its first points to today's made pass, the best placed first.
  const crossed = (values, points, j, first) => {
    const before = points.map((p, k) => (k === j ? first : p)), sign = Math.sign(points[j] - first);
    const scores = values.map((row) => scoreOf(row, points) ?? -1);
    return crossings(values, before, j)
      .filter((swap) => swap.sign === sign && swap.change !== 0 && Math.abs(swap.change) <= Math.abs(points[j] - first))
      .sort((one, other) => scores[other.passes] - scores[one.passes] || scores[other.passed] - scores[one.passed]);
  };

  // The sentences of the moment: what the last move made pass, then what is near. `told` holds the words, `rows` the
  // actions with their title and v0, v1...; each sentence is an array of [text, whether it stands out].
  const sentences = (told, rows, points, first, moved, most) => {
    const order = rows.map((_, i) => i), valuesOf = (row) => points.map((_, k) => row[`v${k}`]);
    const scores = rows.map((row) => scoreOf(valuesOf(row), points) ?? -1);
    order.sort((one, other) => scores[other] - scores[one] || one - other);
    const kept = order.slice(0, told.most).sort((one, other) => one - other).map((i) => rows[i]);
    const values = kept.map(valuesOf), number = new Intl.NumberFormat(`${told.lang}-CA`, { maximumFractionDigits: 1 });
    const say = (template, facts) => template.split("\u0000").map((piece, i) => (i % 2 ? [facts[piece], piece === "passes" || piece === "passed"] : [piece, false]));
    const facts = (swap) => ({
      passes: kept[swap.passes].title, passed: kept[swap.passed].title, criterion: told.criteria[swap.criterion],
      points: number.format(swap.at), now: number.format(points[swap.criterion]), first: number.format(swap.now),
    });
    const lines = [];
    if (moved !== null && points[moved] !== first[moved]) {
      const done = crossed(values, points, moved, first[moved]);
      if (!done.length) lines.push(say(told.nothing, { criterion: told.criteria[moved], first: number.format(first[moved]), now: number.format(points[moved]) }));
      for (const swap of done.slice(0, most - 1)) lines.push(say(told.crossed, facts(swap)));
      const more = done.length - (most - 1);
      if (more > 0) lines[lines.length - 1].push([told.more[more === 1 ? "one" : "other"].replace("\u0000", number.format(more)), false]);
    }
    const next = nearest(values, points).filter((swap) => swap.change !== 0);
    const seen = new Set(), near = [];
    for (const swap of next) {  // one sentence a pair: the same two often cross on several criteria
      const pair = [swap.passes, swap.passed].sort().join();
      if (!seen.has(pair)) near.push(swap);
      seen.add(pair);
    }
    for (const swap of near.slice(0, Math.max(1, most - lines.length))) {
      lines.push(say(swap.sign > 0 ? told.above : told.below, facts(swap)));
    }
    return lines;
  };

  const show = (list, lines) => list.replaceChildren(...lines.map((pieces) => {
    const item = document.createElement("li");
    for (const [text, strong] of pieces) {
      const piece = document.createElement(strong ? "strong" : "span");
      piece.textContent = text;
      item.appendChild(piece);
    }
    return item;
  }));

  return { nearest, crossed, sentences, show };
})();
