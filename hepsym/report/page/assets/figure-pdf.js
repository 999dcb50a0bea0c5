// How does a figure of the page become a PDF? Its shapes are written as PDF's own, at true size (1 unit = 1 pt).
// pdfOf(svg text) -> Promise of a Blob. Figures hold g, use, path (M L Q C z), line, circle and polygon, no text:
// letters are paths. What else occurs is an error, so that nothing is left out in silence. PDF 1.4, ISO 32000-1.
const pdfOf = (() => {
  "use strict";
  const print = (...numbers) => numbers.map((x) => String(+(+x).toFixed(4))).join(" ");
  const round = 4 / 3 * (Math.SQRT2 - 1); // a quarter of a circle as one cubic, to 3e-4 of its radius

  // `use` is replaced by what it shows: styles are inherited from where it stands, not from where it is defined.
  const expand = (svg) => {
    const known = new Map([...svg.querySelectorAll("[id]")].map((part) => ["#" + part.id, part]));
    for (const use of [...svg.querySelectorAll("use")]) {
      const group = document.createElementNS(svg.namespaceURI, "g");
      for (const name of ["style", "clip-path", "fill"]) {
        if (use.hasAttribute(name)) group.setAttribute(name, use.getAttribute(name));
      }
      const at = `translate(${use.getAttribute("x") || 0} ${use.getAttribute("y") || 0})`;
      group.setAttribute("transform", (use.getAttribute("transform") || "") + at);
      group.append(known.get(use.getAttribute("href")).cloneNode(true));
      use.replaceWith(group);
    }
    return known;
  };

  const pathOf = (text) => {
    const words = text.match(/[A-Za-z]|[-+]?[\d.]+(?:[eE][-+]?\d+)?/g) || [];
    const out = [];
    let i = 0, command = "", x = 0, y = 0;
    const take = (n) => words.slice(i, i += n).map(Number);
    while (i < words.length) {
      if (/[A-Za-z]/.test(words[i])) command = words[i++];
      if (command === "z" || command === "Z") { out.push("h"); command = ""; continue; }
      const p = take({ M: 2, L: 2, Q: 4, C: 6 }[command] || 0);
      if (!p.length) throw new Error(`path command ${command} is not known`);
      if (command === "Q") {
        const [u, v, to, down] = p;
        p.splice(0, 4, x + 2 / 3 * (u - x), y + 2 / 3 * (v - y), to + 2 / 3 * (u - to), down + 2 / 3 * (v - down), to, down);
      }
      out.push(print(...p) + { M: " m", L: " l", Q: " c", C: " c" }[command]);
      [x, y] = p.slice(-2);
      if (command === "M") command = "L";
    }
    return out.join("\n");
  };

  const shapes = {
    path: (e) => pathOf(e.getAttribute("d") || ""),
    line: (e) => pathOf(`M ${["x1", "y1", "x2", "y2"].map((a) => e.getAttribute(a)).join(" ")}`),
    polygon: (e) => pathOf(`M ${e.getAttribute("points")} z`),
    circle: (e) => {
      const [x, y, r] = ["cx", "cy", "r"].map((a) => +e.getAttribute(a)), k = round * r;
      return pathOf(`M ${x + r} ${y} C ${x + r} ${y + k} ${x + k} ${y + r} ${x} ${y + r} `
        + `C ${x - k} ${y + r} ${x - r} ${y + k} ${x - r} ${y} C ${x - r} ${y - k} ${x - k} ${y - r} ${x} ${y - r} `
        + `C ${x + k} ${y - r} ${x + r} ${y - k} ${x + r} ${y} z`);
    },
  };

  // [red, green, blue] in 0..1 and opacity; null for none.
  const colourOf = (text) => {
    if (text === "none") return null;
    const [r, g, b, a = 1] = text.match(/[\d.]+/g).map(Number);
    return { rgb: print(r / 255, g / 255, b / 255), opacity: a };
  };

  const draw = (element, known, opacity, out, states) => {
    const name = element.localName;
    if (["defs", "style", "title", "clipPath"].includes(name)) return;
    const style = getComputedStyle(element);
    if (style.display === "none") return;
    out.push("q");
    const moved = element.transform && name !== "svg" ? element.transform.baseVal.consolidate() : null;
    if (moved) { const m = moved.matrix; out.push(print(m.a, m.b, m.c, m.d, m.e, m.f) + " cm"); }
    const clip = known.get((/url\("?(#[^")]+)/.exec(element.getAttribute("clip-path") || "") || [])[1]);
    if (clip) {
      const box = clip.firstElementChild;
      out.push(print(...["x", "y", "width", "height"].map((a) => box.getAttribute(a) || 0)) + " re W n");
    }
    const all = opacity * style.opacity;
    if (shapes[name]) paint(style, shapes[name](element), all, out, states);
    else if (name === "g" || name === "svg") for (const part of element.children) draw(part, known, all, out, states);
    else throw new Error(`<${name}> is not known`);
    out.push("Q");
  };

  const paint = (style, path, opacity, out, states) => {
    const fill = colourOf(style.fill), stroke = parseFloat(style.strokeWidth) > 0 ? colourOf(style.stroke) : null;
    if (!path || (!fill && !stroke)) return;
    const seen = (colour, own) => print(colour ? colour.opacity * own * opacity : 1);
    const state = `/ca ${seen(fill, style.fillOpacity)} /CA ${seen(stroke, style.strokeOpacity)}`;
    if (!states.has(state)) states.set(state, `G${states.size}`);
    out.push(`/${states.get(state)} gs`);
    if (fill) out.push(`${fill.rgb} rg`);
    if (stroke) {
      const dashes = style.strokeDasharray === "none" ? [] : style.strokeDasharray.match(/[\d.]+/g);
      out.push(`${stroke.rgb} RG ${print(parseFloat(style.strokeWidth))} w`,
        `${{ butt: 0, round: 1, square: 2 }[style.strokeLinecap]} J`,
        `${{ miter: 0, round: 1, bevel: 2 }[style.strokeLinejoin]} j ${print(style.strokeMiterlimit)} M`,
        `[${print(...dashes)}] ${print(parseFloat(style.strokeDashoffset))} d`);
    }
    out.push(path, (fill && stroke ? "B" : fill ? "f" : "S") + (fill && style.fillRule === "evenodd" ? "*" : ""));
  };

  const packed = async (text) => {
    const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("deflate"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  };

  // UTF-16, as PDF has it for what is not Latin.
  const hexed = (text) => [...Array(text.length).keys()]
    .reduce((made, i) => made + text.charCodeAt(i).toString(16).padStart(4, "0"), "<feff") + ">";

  const filed = (objects) => {
    const encoder = new TextEncoder(), parts = [], places = [];
    let length = 0;
    const add = (piece) => { const bytes = typeof piece === "string" ? encoder.encode(piece) : piece; parts.push(bytes); length += bytes.length; };
    add("%PDF-1.4\n");
    objects.forEach((object, i) => { places.push(length); add(`${i + 1} 0 obj\n`); object.forEach(add); add("\nendobj\n"); });
    const table = length;
    add(`xref\n0 ${objects.length + 1}\n0000000000 65535 f \n`);
    for (const place of places) add(`${String(place).padStart(10, "0")} 00000 n \n`);
    add(`trailer\n<< /Size ${objects.length + 1} /Root 1 0 R /Info 5 0 R >>\nstartxref\n${table}\n%%EOF\n`);
    return new Blob(parts, { type: "application/pdf" });
  };

  return async (text) => {
    const svg = document.importNode(new DOMParser().parseFromString(text, "image/svg+xml").documentElement, true);
    const stage = document.createElement("div"); // computed styles exist in a document only
    stage.style.cssText = "position:absolute;left:-99999px;top:0;visibility:hidden";
    document.body.append(stage);
    stage.append(svg);
    const out = [], states = new Map();
    const { x, y, width, height } = svg.viewBox.baseVal;
    try {
      out.push(print(1, 0, 0, -1, -x, y + height) + " cm");
      draw(svg, expand(svg), 1, out, states);
    } finally {
      stage.remove();
    }
    const content = await packed(out.join("\n"));
    const graphics = [...states].map(([state, name]) => `/${name} << ${state} >>`).join(" ");
    return filed([
      ["<< /Type /Catalog /Pages 2 0 R >>"],
      ["<< /Type /Pages /Kids [3 0 R] /Count 1 >>"],
      [`<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${print(width, height)}] /Contents 4 0 R `
        + `/Resources << /ExtGState << ${graphics} >> >> >>`],
      [`<< /Length ${content.length} /Filter /FlateDecode >>\nstream\n`, content, "\nendstream"],
      [`<< /Producer (hepsym) /Title ${hexed(svg.getAttribute("aria-label") || "")} >>`],
    ]);
  };
})();
