// Photos are made smaller before they are sent, with the choice to send the original, and a bar shows how far the
// sending is. Without this script forms do the same, only slower and without a word.
const words = document.getElementById("photos").dataset;
const LARGE = 1_000_000;
const LONGEST_SIDE = 2000;
const QUALITY = 0.8;
const THUMBNAIL = 240;
const SHRINKABLE = new Set(["image/jpeg", "image/png", "image/webp"]);
const megabytes = (bytes) => (bytes / 1_000_000).toFixed(1);

function drawn(picture, longest) {
  const scale = Math.min(1, longest / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  return canvas;
}

function put(input, file) {
  const files = new DataTransfer();
  files.items.add(file);
  input.files = files.files;
}

async function smaller(picture, original) {
  const blob = await new Promise((done) => drawn(picture, LONGEST_SIDE).toBlob(done, "image/jpeg", QUALITY));
  const name = original.name.replace(/\.[^.]*$/, "") + ".jpg";
  return blob && blob.size < original.size ? new File([blob], name, { type: "image/jpeg" }) : null;
}

function choice(input, original, shrunk) {
  const label = document.createElement("label");
  label.className = "choice";
  const box = document.createElement("input");
  box.type = "checkbox";
  box.addEventListener("change", () => put(input, box.checked ? original : shrunk));
  label.append(box, words.original.replace("{size}", megabytes(original.size)));
  return label;
}

async function chosen(input) {
  input.parentElement.querySelector(".photo")?.remove();
  const [original] = input.files;
  if (!original || input.files.length > 1 || !SHRINKABLE.has(original.type)) return;
  const picture = await createImageBitmap(original).catch(() => null);
  if (!picture || input.files[0] !== original) return;
  const told = document.createElement("div");
  told.className = "photo";
  const thumbnail = drawn(picture, THUMBNAIL);
  thumbnail.setAttribute("role", "img");
  thumbnail.setAttribute("aria-label", original.name);
  told.append(thumbnail);
  const shrunk = original.size > LARGE ? await smaller(picture, original) : null;
  if (input.files[0] !== original) return;
  if (shrunk) {
    put(input, shrunk);
    const hint = document.createElement("p");
    hint.className = "hint";
    hint.setAttribute("role", "status");
    hint.textContent = words.shrunk.replace("{from}", megabytes(original.size)).replace("{to}", megabytes(shrunk.size));
    told.append(hint, choice(input, original, shrunk));
  }
  input.after(told);
}

function bar(form) {
  form.querySelector(".sending")?.remove();
  const told = document.createElement("div");
  told.className = "sending";
  const line = document.createElement("p");
  line.setAttribute("role", "status");
  line.textContent = words.sending;
  const progress = document.createElement("progress");
  progress.max = 1;
  progress.setAttribute("aria-label", words.sending);
  told.append(line, progress);
  form.append(told);
  return { line, progress };
}

// The next page takes the place of this one, as it does where a form is sent without a script.
function show(answer, address) {
  history.pushState(null, "", address);
  document.title = answer.title;
  document.documentElement.lang = answer.documentElement.lang;
  document.body.replaceWith(answer.body);
  const anchor = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  anchor ? anchor.scrollIntoView() : scrollTo(0, 0);
}

function send(form, submitter) {
  const { line, progress } = bar(form);
  const buttons = form.querySelectorAll("button");
  const lost = () => {
    line.textContent = document.getElementById("typed").dataset.lost;
    line.className = "fault";
    progress.remove();
    buttons.forEach((button) => (button.disabled = false));
  };
  const sent = new XMLHttpRequest();
  const data = new FormData(form, submitter);
  sent.responseType = "document";
  sent.upload.addEventListener("progress", (event) => (progress.value = event.loaded / event.total));
  sent.addEventListener("error", lost);
  sent.addEventListener("load", () => (sent.response ? show(sent.response, sent.responseURL) : lost()));
  sent.open("POST", form.action);
  sent.send(data);
  buttons.forEach((button) => (button.disabled = true));
}

addEventListener("popstate", () => location.reload());
document.addEventListener("change", (event) => {
  if (event.target.matches("input[type=file]")) chosen(event.target);
});
document.addEventListener("submit", (event) => {
  const inputs = [...event.target.querySelectorAll("input[type=file]")];
  if (event.defaultPrevented || !inputs.some((input) => input.files.length)) return;
  event.preventDefault();
  send(event.target, event.submitter);
});
