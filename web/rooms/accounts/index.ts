// Passkeys: the one thing about signing in that needs a script.
//
//   <form method="post" …>{% csrf_token %}
//     <k-passkey data-mode="get" data-options="/…/options.json" data-failed="…" data-none="…">
//       <button type="button" …>…</button>
//       <input type="hidden" name="answer">
//     </k-passkey>
//   </form>
//
// The button asks the server for a question (GET data-options), the browser for a signature, puts it into the hidden
// field and sends the form. data-mode is `get` (prove) or `create` (make a new one). What goes wrong is said beneath
// the button. Without a script or without passkeys in the browser the element stays hidden ([hidden] in the markup).

interface Described {
  id: string;
  type: PublicKeyCredentialType;
  transports?: AuthenticatorTransport[];
}

interface CreationJson extends Omit<PublicKeyCredentialCreationOptions, "challenge" | "user" | "excludeCredentials"> {
  challenge: string;
  user: Omit<PublicKeyCredentialUserEntity, "id"> & { id: string };
  excludeCredentials?: Described[];
}

interface RequestJson extends Omit<PublicKeyCredentialRequestOptions, "challenge" | "allowCredentials"> {
  challenge: string;
  allowCredentials?: Described[];
}

function bytes(text: string): ArrayBuffer {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0)).buffer;
}

function text(buffer: ArrayBuffer): string {
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function described(list: Described[] | undefined): PublicKeyCredentialDescriptor[] {
  return (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));
}

async function create(options: CreationJson): Promise<object> {
  const made = (await navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: bytes(options.challenge),
      user: { ...options.user, id: bytes(options.user.id) },
      excludeCredentials: described(options.excludeCredentials),
    },
  })) as PublicKeyCredential;
  const response = made.response as AuthenticatorAttestationResponse;
  return {
    id: made.id,
    rawId: text(made.rawId),
    type: made.type,
    clientExtensionResults: made.getClientExtensionResults(),
    response: {
      clientDataJSON: text(response.clientDataJSON),
      attestationObject: text(response.attestationObject),
    },
  };
}

async function prove(options: RequestJson): Promise<object> {
  const proof = (await navigator.credentials.get({
    publicKey: {
      ...options,
      challenge: bytes(options.challenge),
      allowCredentials: described(options.allowCredentials),
    },
  })) as PublicKeyCredential;
  const response = proof.response as AuthenticatorAssertionResponse;
  return {
    id: proof.id,
    rawId: text(proof.rawId),
    type: proof.type,
    clientExtensionResults: proof.getClientExtensionResults(),
    response: {
      clientDataJSON: text(response.clientDataJSON),
      authenticatorData: text(response.authenticatorData),
      signature: text(response.signature),
      ...(response.userHandle ? { userHandle: text(response.userHandle) } : {}),
    },
  };
}

class Passkey extends HTMLElement {
  #busy = false;

  connectedCallback(): void {
    if (!window.PublicKeyCredential) return;
    this.hidden = false;
    this.querySelector("button")?.addEventListener("click", () => void this.#ask());
    if (this.dataset.auto !== undefined) void this.#ask();
  }

  async #ask(): Promise<void> {
    const form = this.closest("form");
    const answer = this.querySelector<HTMLInputElement>("input[name=answer]");
    if (!form || !answer || this.#busy || !form.reportValidity()) return;
    this.#busy = true;
    this.#say("");
    try {
      const got = await fetch(this.dataset.options ?? "", { headers: { Accept: "application/json" } });
      if (!got.ok || got.redirected) throw new Error(String(got.status));
      const { publicKey } = (await got.json()) as { publicKey: CreationJson & RequestJson };
      const said = this.dataset.mode === "create" ? await create(publicKey) : await prove(publicKey);
      answer.value = JSON.stringify(said);
      form.noValidate = true;
      form.requestSubmit();
    } catch {
      this.#say(this.dataset.failed ?? "");
    } finally {
      this.#busy = false;
    }
  }

  #say(sentence: string): void {
    let line = this.querySelector<HTMLElement>("[role=alert]");
    if (!line) {
      line = document.createElement("p");
      line.className = "k-field__error";
      line.setAttribute("role", "alert");
      this.append(line);
    }
    line.textContent = sentence;
  }
}

customElements.define("k-passkey", Passkey);

export {};
