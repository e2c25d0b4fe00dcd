/* What was kept goes back into its form, where the page has that form. */
import { pathOf } from "./form.js";

const formTo = (action) =>
  [...document.querySelectorAll("form[data-keep]")].find((form) => pathOf(form) === action);

const putBack = (offer, form) => {
  const said = new Map();
  for (const { name, value } of offer.querySelectorAll("form input[type=hidden]"))
    said.set(name, [...(said.get(name) ?? []), value]);
  said.delete("csrfmiddlewaretoken");
  said.delete("page_of");
  const typed = [...form.elements].filter((field) => field.name && field.type !== "hidden");
  for (const field of typed) {
    const values = said.get(field.name);
    if (field.type === "radio" || field.type === "checkbox")
      field.checked = values?.includes(field.value) ?? false;
    else if (field instanceof HTMLSelectElement)
      for (const option of field.options) option.selected = values?.includes(option.value) ?? false;
    else if (values && !["submit", "button", "password", "file"].includes(field.type))
      field.value = values[0];
  }
  /* From now on this form is the one that was kept: sent, it is kept no more. */
  form.elements.page_of.value = offer.dataset.pageOf;
  const first = typed[0];
  first?.dispatchEvent(new Event("input", { bubbles: true }));
  first?.focus();
  offer.remove();
};

/** Offer it for each; who has no script sends it as it is. */
export const offerToPutBack = () => {
  for (const offer of document.querySelectorAll("[data-kept-words]")) {
    const form = formTo(offer.dataset.action);
    const button = offer.querySelector("[data-put-back]");
    if (!form || !button) continue;
    button.hidden = false;
    button.addEventListener("click", () => putBack(offer, form));
  }
};
