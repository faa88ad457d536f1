// The map: outlines, tracks and one marker an aircraft, drawn as SVG, so that each marker is an element with a name.
// Streamlit calls the exported function with new data at every refresh; markers are moved, not made again.
const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 1000;

function element(name, attributes, parent) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  parent?.append(made);
  return made;
}

const radians = (degrees) => (degrees * Math.PI) / 180;
const mercator = (lat) => Math.log(Math.tan(Math.PI / 4 + radians(lat) / 2));

class FlightMap {
  constructor(root) {
    this.root = root;
    this.svg = element("svg", { role: "group", class: "fb-svg", preserveAspectRatio: "xMidYMid meet" });
    this.land = element("g", { "aria-hidden": "true" }, this.svg);
    this.tracks = element("g", { "aria-hidden": "true" }, this.svg);
    this.planes = element("g", {}, this.svg);
    this.markers = new Map();
    this.picked = () => {};
    root.prepend(this.svg);
    for (const [name, act] of [["in", () => this.zoom(0.6)], ["out", () => this.zoom(1 / 0.6)], ["all", () => this.whole()]])
      root.querySelector(`.fb-zoom-${name}`).onclick = act;
    this.listen();
  }

  async frame(corners) {
    const key = corners.join();
    if (key === this.corners) return;
    this.corners = key;
    const [west, south, east, north] = corners;
    const scale = WIDTH / radians(east - west);
    const top = mercator(north);
    this.place = (lon, lat) => [scale * radians(lon - west), scale * (top - mercator(lat))];
    this.height = scale * (top - mercator(south));
    this.whole();
    this.outlines ??= await (await fetch(new URL("app/static/outlines.json", document.baseURI))).json();
    this.land.replaceChildren();
    for (const { properties, geometry } of this.outlines.features) {
      const rings = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
      const path = rings.flat().map((ring) => "M" + ring.map(([lon, lat]) => this.place(lon, lat).map((v) => v.toFixed(1)).join()).join("L") + "Z");
      element("path", { class: "fb-" + properties.kind, d: path.join("") }, this.land);
    }
  }

  show(data) {
    this.frame(data.frame);
    this.svg.setAttribute("aria-label", `Map with ${data.aircraft.length} aircraft`);
    const left = new Set(this.markers.keys());
    for (const one of data.aircraft) {
      left.delete(one.icao24);
      this.move(this.markers.get(one.icao24) ?? this.marker(one.icao24), one, data);
    }
    for (const icao24 of left) {
      this.markers.get(icao24).remove();
      this.markers.delete(icao24);
    }
    if (!this.planes.querySelector('[tabindex="0"]')) this.planes.firstElementChild?.setAttribute("tabindex", "0");
    const paths = data.track.map((piece) => element("path", { class: "fb-track", d: "M" + piece.map(([lon, lat]) => this.place(lon, lat).join()).join("L") }));
    this.tracks.replaceChildren(...paths);
  }

  marker(icao24) {
    const group = element("g", { class: "fb-aircraft", role: "button", tabindex: "-1", "data-icao24": icao24 }, this.planes);
    element("title", {}, group);
    element("circle", { r: 15, class: "fb-touch" }, group);
    element("path", { d: "M0,-11L7,9L0,5L-7,9Z", class: "fb-arrow" }, group);
    element("text", { x: 10, y: -8 }, group);
    group.onclick = () => this.dragged || this.picked(icao24);
    group.onkeydown = (event) => this.key(event, group, icao24);
    this.markers.set(icao24, group);
    return group;
  }

  move(group, one, data) {
    const [x, y] = this.place(one.lon, one.lat);
    const [title, , arrow, text] = group.children;
    group.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px) scale(var(--fb-scale))`;
    group.style.setProperty("--fb-band", `var(--fb-band-${one.band})`);
    group.setAttribute("aria-label", one.text);
    group.setAttribute("aria-pressed", String(one.icao24 === data.selected));
    group.classList.toggle("fb-selected", one.icao24 === data.selected);
    group.classList.toggle("fb-old", one.old);
    arrow.style.transform = `rotate(${one.track}deg)`;
    if (title.textContent !== one.text) title.textContent = one.text;
    if (text.textContent !== one.name) text.textContent = one.name;
  }

  // Tab goes to the map once; arrows go from aircraft to aircraft.
  key(event, group, icao24) {
    const step = { ArrowRight: "nextElementSibling", ArrowDown: "nextElementSibling", ArrowLeft: "previousElementSibling", ArrowUp: "previousElementSibling" }[event.key];
    if (event.key === "Enter" || event.key === " ") this.picked(icao24);
    else if (step && group[step]) {
      group.setAttribute("tabindex", "-1");
      group[step].setAttribute("tabindex", "0");
      group[step].focus();
    } else return;
    event.preventDefault();
  }

  whole() {
    this.view = { x: 0, y: 0, w: WIDTH, h: this.height };
    this.look();
  }

  zoom(factor) {
    const { x, y, w, h } = this.view;
    const wide = Math.min(Math.max(w * factor, WIDTH / 40), WIDTH);
    const high = (wide * h) / w;
    this.view = { x: x + (w - wide) / 2, y: y + (h - high) / 2, w: wide, h: high };
    this.look();
  }

  look() {
    const view = this.view;
    view.x = Math.min(Math.max(view.x, 0), WIDTH - view.w);
    view.y = Math.min(Math.max(view.y, 0), this.height - view.h);
    this.svg.setAttribute("viewBox", `${view.x} ${view.y} ${view.w} ${view.h}`);
    // markers keep their size on the screen, a little larger on a phone's
    const shown = this.svg.getBoundingClientRect().width || WIDTH;
    this.svg.style.setProperty("--fb-scale", ((view.w / shown) * Math.max(0.8, Math.min(1, shown / 900))).toFixed(4));
  }

  listen() {
    let from = null;
    this.svg.onpointerdown = (event) => {
      from = { x: event.clientX, y: event.clientY, view: { ...this.view } };
      this.dragged = false;
    };
    this.svg.onpointermove = (event) => {
      if (!from || !event.buttons) return;
      const unit = this.view.w / this.svg.getBoundingClientRect().width;
      const [x, y] = [event.clientX - from.x, event.clientY - from.y];
      if (Math.hypot(x, y) > 4) this.dragged = true;
      this.view = { ...this.view, x: from.view.x - x * unit, y: from.view.y - y * unit };
      this.look();
    };
    this.svg.onpointerup = this.svg.onpointerleave = () => (from = null);
    this.svg.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey) return; // a wheel alone moves the page
      event.preventDefault();
      this.zoom(event.deltaY > 0 ? 1 / 0.8 : 0.8);
    }, { passive: false });
    new ResizeObserver(() => this.view && this.look()).observe(this.svg);
  }
}

export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector(".fb-map");
  root.flightMap ??= new FlightMap(root);
  root.flightMap.picked = (icao24) => setTriggerValue("picked", icao24);
  root.flightMap.show(data);
}
