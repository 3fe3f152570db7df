// What was typed goes along when somebody changes the language: kept in this tab, for the very next page only.
const KEPT = "typed";
const fields = [...document.querySelectorAll("main form[method=post] :is(input, select, textarea)")].filter(
  (each) => each.name && !["hidden", "password", "file"].includes(each.type),
);

const language = document.querySelector("form[action='/language']");
language?.addEventListener("submit", () => {
  const { pathname: path } = new URL(language.elements.back.value, location.href);
  const typed = fields.map(({ name, value, checked }) => ({ name, value, checked }));
  sessionStorage.setItem(KEPT, JSON.stringify({ path, typed }));
});

const { path, typed } = JSON.parse(sessionStorage.getItem(KEPT) ?? "{}");
sessionStorage.removeItem(KEPT);
if (path === location.pathname) {
  typed.forEach(({ name, value, checked }, place) => {
    const field = fields[place];
    if (field?.name !== name) {
      return;
    }
    if (["checkbox", "radio"].includes(field.type)) {
      field.checked = checked;
    } else {
      field.value = value;
    }
  });
}
