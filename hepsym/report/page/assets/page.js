// What the page can do beyond being read: save a figure as SVG or PDF, and move along a latent's axis.
(() => {
  "use strict";
  const save = (name, blob) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };
  // A saved figure has no page around it, so its variables become the light values, on white.
  const light = JSON.parse(document.getElementById("light-colours").textContent);
  const standalone = (svg) => {
    const copy = svg.cloneNode(true);
    for (const part of copy.querySelectorAll("[data-walk], [data-frame]")) {
      if (!part.hasAttribute("data-now")) part.remove();
    }
    const text = new XMLSerializer().serializeToString(copy);
    return text.replace(/var\(--([a-z0-9]+)\)/g, (whole, name) => light[name] || whole);
  };
  const kinds = {
    svg: async (text) => new Blob([text], { type: "image/svg+xml" }),
    pdf: pdfOf,
  };
  for (const button of document.querySelectorAll("button.download")) {
    const { figure, kind } = button.dataset;
    button.addEventListener("click", () => {
      const drawings = document.getElementById(figure).querySelectorAll("svg");
      drawings.forEach(async (svg, i) => {
        const number = drawings.length > 1 ? "-" + (i + 1) : "";
        save(`${figure}${number}.${kind}`, await kinds[kind](standalone(svg)));
      });
    });
  }
  document.documentElement.classList.add("js");

  // Traversals: every state is in the page already; the slider and the choice of event show one of them.
  for (const player of document.querySelectorAll("[data-player]")) {
    const slider = player.querySelector("input[type=range]");
    const choice = player.querySelector("select");
    const output = player.querySelector("output");
    const labels = JSON.parse(player.dataset.player);
    const show = () => {
      const walk = choice ? choice.value : "0";
      for (const part of player.querySelectorAll("[data-walk]")) {
        part.toggleAttribute("data-now", part.dataset.walk === walk);
      }
      for (const frame of player.querySelectorAll("[data-frame]")) {
        frame.toggleAttribute("data-now", frame.dataset.frame === slider.value);
      }
      output.textContent = labels[slider.value];
      slider.setAttribute("aria-valuetext", labels[slider.value]);
    };
    slider.addEventListener("input", show);
    if (choice) choice.addEventListener("change", show);
    show();
  }
})();
