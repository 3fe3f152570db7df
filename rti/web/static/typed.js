// What was typed goes along when somebody changes the language: the server hands it back sealed, nothing stays here.
let typing = document.querySelector("main[data-shown-again] form[method=post]");
document.addEventListener("input", ({ target }) => {
  typing = target.form?.method === "post" ? target.form : typing;
});

const language = document.querySelector("form[action='/language']");
const carry = (name, value) => {
  const field = Object.assign(document.createElement("input"), { type: "hidden", name, value });
  language.append(field);
};
language?.addEventListener("submit", () => {
  if (!typing) {
    return;
  }
  const secret = new Set([...typing.querySelectorAll("[type=password]")].map(({ name }) => name));
  carry("form", typing.getAttribute("action") ?? location.pathname + location.search);
  for (const [name, value] of new FormData(typing)) {
    if (typeof value === "string" && !name.startsWith("_") && !secret.has(name)) {
      carry(`typed.${name}`, value);
    }
  }
});

// A page that cannot be left without a connection is not left: the browser would show its own, and forget what was typed.
const words = document.getElementById("typed").dataset;
// A page that reads who is signed in, so that a database which is away counts as no connection, too.
const reachable = () =>
  fetch("/help", { method: "HEAD", cache: "no-store" }).then(({ status }) => status < 500, () => false);
let reached = null;
let asking = null;
document.addEventListener("submit", async (event) => {
  const { target: form, submitter } = event;
  const short = form.querySelector("[type=password]");
  if (event.defaultPrevented || form !== typing || form === reached || short) {
    reached = null;
    return;
  }
  event.preventDefault();
  if (form === asking) {
    return;
  }
  asking = form;
  form.querySelector(".lost")?.remove();
  const there = await reachable();
  asking = null;
  if (there) {
    reached = form;
    form.requestSubmit(submitter);
    return;
  }
  const told = document.createElement("p");
  told.className = "lost fault";
  told.setAttribute("role", "status");
  told.textContent = words.lost;
  form.append(told);
});

document.querySelector("form[data-at-once]")?.submit();
