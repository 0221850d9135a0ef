// Vega's formulas without `eval`, which the page's policy forbids: each is turned into functions once, where Vega's own
// interpreter walks through it again for every row at every move. Passed to vegaEmbed as `expr`, in the same shape.
const formulas = (() => {
  "use strict";
  const BINARY = {
    "+": (a, b) => a + b, "-": (a, b) => a - b, "*": (a, b) => a * b, "/": (a, b) => a / b, "%": (a, b) => a % b,
    "<": (a, b) => a < b, "<=": (a, b) => a <= b, ">": (a, b) => a > b, ">=": (a, b) => a >= b,
    "==": (a, b) => a == b, "!=": (a, b) => a != b, "===": (a, b) => a === b, "!==": (a, b) => a !== b,
  };
  const UNARY = { "+": (a) => +a, "-": (a) => -a, "!": (a) => !a };
  const NAMES = { NaN, E: Math.E, PI: Math.PI, SQRT2: Math.SQRT2, LN2: Math.LN2, LN10: Math.LN10, MAX_VALUE: Number.MAX_VALUE };
  const OWN = {
    isNaN: Number.isNaN, isFinite: Number.isFinite, length: (x) => x.length,
    if: (test, yes, no) => (test ? yes : no),
    replace: (text, pattern, by) => String(text).replace(pattern, by),
    test: (pattern, text) => RegExp(pattern).test(text),
  };
  for (const name of ["abs", "ceil", "floor", "round", "min", "max", "sqrt", "pow", "exp", "log", "sign"]) OWN[name] = Math[name];
  const ABOUT = ["view", "item", "group", "xy", "x", "y"];  // of an event, told by Vega
  const FORBIDDEN = new Set(["constructor", "__proto__", "prototype"]);

  // `now` is what a formula may ask for: params (signals and data), datum, event, item.
  const made = (node, known) => {
    const make = (part) => made(part, known);
    switch (node.type) {
      case "Literal": { const value = node.value; return () => value; }
      case "Identifier": {
        const name = node.name, signal = `$${name}`;
        if (name === "datum") return (now) => now.datum;
        if (name === "event") return (now) => now.event;
        if (name === "item") return (now) => now.item;
        if (Object.hasOwn(NAMES, name)) { const value = NAMES[name]; return () => value; }
        return (now) => now.params[signal];
      }
      case "MemberExpression": {
        if (!node.computed) {
          const name = node.property.name, object = make(node.object);
          if (FORBIDDEN.has(name)) throw new Error(`formula: ${name}`);
          if (node.object.type === "Identifier" && node.object.name === "datum") return (now) => now.datum[name];
          return (now) => object(now)[name];
        }
        const object = make(node.object), property = make(node.property);
        return (now) => {
          const name = property(now);
          if (FORBIDDEN.has(name)) throw new Error(`formula: ${name}`);
          return object(now)[name];
        };
      }
      case "CallExpression": {
        const name = node.callee.name.replace(/^_/, ""), given = node.arguments.map(make);
        if (ABOUT.includes(name)) return (now) => now.event.vega[name](...given.map((one) => one(now)));
        const call = known[name] ?? OWN[name];
        if (typeof call !== "function" || FORBIDDEN.has(name)) throw new Error(`formula: ${name}()`);
        if (given.length === 1) { const [only] = given; return (now) => call.call(known, only(now)); }
        return (now) => call.apply(known, given.map((one) => one(now)));
      }
      case "ArrayExpression": {
        const parts = node.elements.map(make);
        if (parts.length === 2) { const [one, two] = parts; return (now) => [one(now), two(now)]; }
        return (now) => parts.map((one) => one(now));
      }
      case "ObjectExpression": {
        const parts = node.properties.map(({ key, value }) => [key.type === "Identifier" ? key.name : key.value, make(value)]);
        return (now) => Object.fromEntries(parts.map(([name, value]) => [name, value(now)]));
      }
      case "BinaryExpression": {
        const left = make(node.left), right = make(node.right);
        switch (node.operator) {  // the four that every row asks for, without a call between
          case "+": return (now) => left(now) + right(now);
          case "-": return (now) => left(now) - right(now);
          case "*": return (now) => left(now) * right(now);
          case "/": return (now) => left(now) / right(now);
        }
        const apply = BINARY[node.operator];
        if (!apply) throw new Error(`formula: ${node.operator}`);
        return (now) => apply(left(now), right(now));
      }
      case "UnaryExpression": {
        const apply = UNARY[node.operator], argument = make(node.argument);
        if (!apply) throw new Error(`formula: ${node.operator}`);
        return (now) => apply(argument(now));
      }
      case "ConditionalExpression": {
        const test = make(node.test), yes = make(node.consequent), no = make(node.alternate);
        return (now) => (test(now) ? yes(now) : no(now));
      }
      case "LogicalExpression": {
        const left = make(node.left), right = make(node.right);
        return node.operator === "&&" ? (now) => left(now) && right(now) : (now) => left(now) || right(now);
      }
      default: throw new Error(`formula: ${node.type}`);
    }
  };

  // Lines and rectangles told by both of their ends, as Vega's own encoders leave them.
  const ends = (item, channels, swap) => {
    for (const [from, to, size, middle] of [["x", "x2", "width", "xc"], ["y", "y2", "height", "yc"]]) {
      if (channels[to]) {
        if (channels[from]) {
          if (swap && item[from] > item[to]) [item[from], item[to]] = [item[to], item[from]];
          item[size] = item[to] - item[from];
        } else item[from] = item[to] - (item[size] || 0);
      }
      if (channels[middle]) item[from] = item[middle] - (item[size] || 0) / 2;
    }
  };

  return {
    operator(context, { ast }) {
      const value = made(ast, context.functions);
      return (params) => value({ params });
    },
    parameter(context, { ast }) {
      const value = made(ast, context.functions);
      return (datum, params) => value({ datum, params });
    },
    event(context, { ast }) {
      const value = made(ast, context.functions);
      return (event) => value({ event });
    },
    handler(context, { ast }) {
      const value = made(ast, context.functions);
      return (params, event) => value({ params, event, datum: event.item && event.item.datum });
    },
    encode(context, { marktype, channels }) {
      const set = Object.entries(channels).map(([name, { ast }]) => [name, made(ast, context.functions)]);
      const swap = ["group", "image", "rect"].includes(marktype);
      return (item, params) => {
        const now = { params, datum: item.datum, item };
        let changed = 0;
        for (const [name, value] of set) {
          const found = value(now);
          if (item[name] !== found) { item[name] = found; changed = 1; }
        }
        if (marktype !== "rule") ends(item, channels, swap);
        return changed;
      };
    },
  };
})();
