// Boxes are drawn over the pictures of pages; the fields, which work without this script, are what is sent.
const EDGES = ["left", "top", "right", "bottom"];
const SMALLEST = 0.5;
const pages = document.getElementById("draw");
const boxes = document.getElementById("boxes");
document.getElementById("draw-hint").hidden = false;

const rows = () => [...boxes.querySelectorAll(".box-row")];
const input = (row, name) => row.querySelector(`[name$=".${name}"]`);
const empty = (row) => EDGES.every((name) => !input(row, name).value);

function another() {
  const last = rows().at(-1);
  const row = last.cloneNode(true);
  row.querySelectorAll(".fault").forEach((told) => told.remove());
  for (const field of row.querySelectorAll("input")) {
    field.id = field.name = field.name.replace(/\d+/, rows().length);
    field.value = "";
    field.removeAttribute("aria-invalid");
  }
  last.after(row);
  return row;
}

function place(shape, [left, top, right, bottom]) {
  shape.style.left = `${left}%`;
  shape.style.top = `${top}%`;
  shape.style.width = `${right - left}%`;
  shape.style.height = `${bottom - top}%`;
}

function show() {
  pages.querySelectorAll(".box").forEach((old) => old.remove());
  for (const row of rows()) {
    const at = EDGES.map((name) => Number(input(row, name).value));
    const page = pages.querySelector(`[data-page="${Number(input(row, "page").value) || 1}"]`);
    if (page && at[0] < at[2] && at[1] < at[3]) place(page.appendChild(shape()), at);
  }
}

function shape() {
  const made = document.createElement("div");
  made.className = "box";
  return made;
}

function spot(page, event) {
  const frame = page.getBoundingClientRect();
  const within = (value) => Math.round(Math.min(100, Math.max(0, value)) * 10) / 10;
  return [within(((event.clientX - frame.left) / frame.width) * 100), within(((event.clientY - frame.top) / frame.height) * 100)];
}

const around = ([x, y], [u, v]) => [Math.min(x, u), Math.min(y, v), Math.max(x, u), Math.max(y, v)];

pages.addEventListener("pointerdown", (event) => {
  const page = event.target.closest(".drawn");
  if (!page || !event.isPrimary || event.button) return;
  event.preventDefault();
  const begun = spot(page, event);
  const drawing = page.appendChild(shape());
  page.setPointerCapture(event.pointerId);
  const move = (moved) => place(drawing, around(begun, spot(page, moved)));
  const end = (ended) => {
    page.removeEventListener("pointermove", move);
    page.removeEventListener("pointerup", end);
    page.removeEventListener("pointercancel", end);
    drawing.remove();
    const at = around(begun, spot(page, ended));
    if (ended.type === "pointercancel" || at[2] - at[0] < SMALLEST || at[3] - at[1] < SMALLEST) return;
    const row = rows().find(empty) ?? another();
    input(row, "page").value = page.dataset.page;
    EDGES.forEach((name, number) => (input(row, name).value = at[number]));
    show();
  };
  page.addEventListener("pointermove", move);
  page.addEventListener("pointerup", end);
  page.addEventListener("pointercancel", end);
});
boxes.addEventListener("input", show);
show();
