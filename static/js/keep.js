/* Every form that somebody types into is kept, whatever page it is on: a new one needs
   nothing for it. What only searches is not, nor are accounts and their passwords; the
   rule grid keeps its cells by itself. */
import { keepForm, pathOf } from "./keep/form.js";
import { offerToPutBack } from "./keep/offers.js";
import { sendWithCare } from "./keep/send.js";

const NOT_KEPT = "[role=search], [data-grid], [data-no-keep]";
const TYPED = "textarea, select, input:not([type=hidden], [type=password], [type=file])";
const isOfAccounts = (form) => pathOf(form).startsWith("/accounts/");

for (const form of document.querySelectorAll("main form[method=post]")) {
  if (form.matches(NOT_KEPT) || isOfAccounts(form) || !form.querySelector(TYPED)) continue;
  const isCase = Boolean(form.dataset.keep);
  form.dataset.keep ||= "/kept/";
  const unsent = isCase ? "not in the case yet" : "not sent yet";
  sendWithCare(form, keepForm(form, { into: form.dataset.keep, unsent }));
}

offerToPutBack();
