// Forms with `data-passkey` (make or show) ask the browser for a passkey and send its answer as JSON.

function bytes(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

function text(buffer) {
  const plain = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function read(wanted) {
  const publicKey = { ...wanted, challenge: bytes(wanted.challenge) };
  for (const list of ["allowCredentials", "excludeCredentials"]) {
    publicKey[list] = (wanted[list] ?? []).map((each) => ({ ...each, id: bytes(each.id) }));
  }
  if (wanted.user) {
    publicKey.user = { ...wanted.user, id: bytes(wanted.user.id) };
  }
  return { publicKey };
}

function written(credential) {
  const response = {};
  for (const part of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[part]) {
      response[part] = text(credential.response[part]);
    }
  }
  return JSON.stringify({ id: credential.id, rawId: text(credential.rawId), type: credential.type, response });
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  form.hidden = !window.PublicKeyCredential;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const wanted = read(JSON.parse(form.dataset.wanted));
    const ask = form.dataset.passkey === "make" ? "create" : "get";
    try {
      form.elements.answer.value = written(await navigator.credentials[ask](wanted));
    } catch {
      // The person closed the browser's question, or there is no such passkey; the server says so in words.
      form.elements.answer.value = "{}";
    }
    form.submit();
  });
}
