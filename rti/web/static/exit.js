// Leaving in a hurry, faster than a form: two times Esc, or the button. Without this script the button works by itself.
const form = document.getElementById("exit");
const TWICE_WITHIN = 800;
let lastEscape = -Infinity;

function leave() {
  document.documentElement.hidden = true;
  // Whoever goes back faster than what is sent here is not let in by this browser any more.
  document.cookie = `${form.dataset.mark}=1; path=/; samesite=strict${location.protocol === "https:" ? "; secure" : ""}`;
  // It goes on after the page is gone, and ends the session and what the browser keeps.
  fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), keepalive: true, redirect: "manual" });
  // In the place of this page in the history of the browser.
  location.replace(form.dataset.to);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  leave();
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") {
    lastEscape = -Infinity;
  } else if (event.timeStamp - lastEscape < TWICE_WITHIN) {
    leave();
  } else {
    lastEscape = event.timeStamp;
  }
});
