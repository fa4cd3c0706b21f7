import { day, instant } from "./fhir-date";
import { list, object, text } from "./json-values";
import type { ColumnReader } from "./row-columns";

const preferred = ["official", "usual"];

function nameOf(value: unknown) {
  const names = list(value).map(object);
  const name =
    names.find((one) => preferred.includes(String(one.use))) ??
    names.find((one) => one.use !== "old" && one.use !== "maiden") ??
    names[0] ??
    {};
  const family = list(name.family).map(text).filter(Boolean).join(" ") || null;
  const given = list(name.given).map(text).filter(Boolean).join(" ") || null;
  return { family: family ?? (given === null ? text(name.text) : null), given };
}

function addressOf(value: unknown) {
  const addresses = list(value).map(object);
  return (
    addresses.find((one) => one.use === "home") ??
    addresses.find((one) => one.use !== "old") ??
    addresses[0] ??
    {}
  );
}

/** Patient → patients. The patient of a Patient is itself. */
export const patient: ColumnReader<
  | "birth_date"
  | "gender"
  | "deceased"
  | "deceased_at"
  | "family_name"
  | "given_name"
  | "city"
  | "state"
  | "postal_code"
  | "country"
> = {
  names: [
    "birth_date",
    "gender",
    "deceased",
    "deceased_at",
    "family_name",
    "given_name",
    "city",
    "state",
    "postal_code",
    "country",
  ],
  read(resource) {
    const name = nameOf(resource.name);
    const address = addressOf(resource.address);
    const said = resource.deceasedBoolean;
    return {
      patientId: text(resource.id) ?? "",
      columns: {
        birth_date: day(resource.birthDate),
        gender: text(resource.gender),
        deceased:
          typeof said === "boolean" ? said : text(resource.deceasedDateTime) === null ? null : true,
        deceased_at: instant(resource.deceasedDateTime),
        family_name: name.family,
        given_name: name.given,
        city: text(address.city),
        state: text(address.state),
        postal_code: text(address.postalCode),
        country: text(address.country),
      },
    };
  },
};
