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

document.querySelector("form[data-at-once]")?.submit();
