import { dateText, day, instantText, timeText } from "./calendar";
import { attachmentOf, documentAt } from "./documents";
import { type OwnerIdentity, resourceId } from "./identity";
import type { Condition, Encounter, Life, Observation, Prescription } from "./life";
import { type Measure, type MeasureName, measureNames, measures, panels } from "./measures";
import type { Medication } from "./medications";
import type { PatientType } from "./resource-types";
import { practitionerName } from "./write-shared";

/**
 * Writes resources as lines of JSON. Strings are put together from parts made once per code, never
 * through JSON.stringify of a whole resource: the sandbox also feeds benchmarks.
 */
const profile = (name: string) => `http://hl7.org/fhir/us/core/StructureDefinition/us-core-${name}`;
const quote = JSON.stringify;

const coding = (system: string, code: string, display?: string) =>
  display === undefined
    ? `{"coding":[{"system":"${system}","code":"${code}"}]}`
    : `{"coding":[{"system":"${system}","code":"${code}","display":${quote(display)}}],"text":${quote(display)}}`;
const snomed = "http://snomed.info/sct";
const concept = (code: string, display: string) => coding(snomed, code, display);

const conceptCache = new Map<string, string>();
/** SNOMED CT concepts, kept: a few hundred in all. */
function snomedConcept(code: string, display: string): string {
  const key = code + display;
  let text = conceptCache.get(key);
  if (text === undefined) {
    text = concept(code, display);
    conceptCache.set(key, text);
  }
  return text;
}

const head = (type: PatientType, id: string, updated: number, profileUrl: string) =>
  `{"resourceType":"${type}","id":"${id}","meta":{"versionId":"1","lastUpdated":"${instantText(updated)}","profile":["${profileUrl}"]}`;

const encounterReference = (person: Life, encounter: Encounter) =>
  `{"reference":"Encounter/${resourceId(person.identity, "Encounter", encounter.n)}"}`;
const conditionReference = (person: Life, condition: Condition) =>
  `{"reference":"Condition/${resourceId(person.identity, "Condition", condition.n)}"}`;
const practitionerReference = (shared: OwnerIdentity, n: number) =>
  `{"reference":"Practitioner/${resourceId(shared, "Practitioner", n)}","display":${quote(practitionerName(shared, n).text)}}`;
const subjectOf = (person: Life) =>
  `{"reference":"Patient/${resourceId(person.identity, "Patient", 0)}"}`;

const cities = [
  ["Boston", "02115"],
  ["Worcester", "01608"],
  ["Springfield", "01103"],
  ["Cambridge", "02139"],
  ["Lowell", "01852"],
  ["Quincy", "02169"],
  ["Lynn", "01901"],
  ["New Bedford", "02740"],
  ["Pittsfield", "01201"],
  ["Framingham", "01702"],
] as const;
const streets = ["Beacon", "Chestnut", "Elm", "Harbor", "Linden", "Maple", "Orchard", "Summer"];

function patientLine(person: Life): string {
  const id = resourceId(person.identity, "Patient", 0);
  const { heritage, name, female, address } = person;
  const [race, raceText] = heritage.race;
  const ethnicity = heritage.hispanic
    ? ["2135-2", "Hispanic or Latino"]
    : ["2186-5", "Not Hispanic or Latino"];
  const [city, postalCode] = cities[address % cities.length] as readonly [string, string];
  const street = streets[(address >> 8) % streets.length];
  const language = person.speaksEnglish ? ["en-US", "English"] : heritage.language;
  const digits = person.phone;
  const marital = person.married ? ["M", "Married"] : ["S", "Never Married"];
  return `${head("Patient", id, person.updated, profile("patient"))},"extension":[{"url":"${profile("race")}","extension":[{"url":"ombCategory","valueCoding":{"system":"urn:oid:2.16.840.1.113883.6.238","code":"${race}","display":"${raceText}"}},{"url":"text","valueString":"${raceText}"}]},{"url":"${profile("ethnicity")}","extension":[{"url":"ombCategory","valueCoding":{"system":"urn:oid:2.16.840.1.113883.6.238","code":"${ethnicity[0]}","display":"${ethnicity[1]}"}},{"url":"text","valueString":"${ethnicity[1]}"}]},{"url":"${profile("birthsex")}","valueCode":"${female ? "F" : "M"}"}],"identifier":[{"type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v2-0203","code":"MR","display":"Medical Record Number"}],"text":"Medical Record Number"},"system":"https://sandbox.example/mrn","value":"MRN-${person.identity.key.toString(36).toUpperCase()}"},{"type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v2-0203","code":"MB","display":"Member Number"}],"text":"Member Number"},"system":"https://sandbox.example/member","value":"${person.index + 100001}"}],"active":${person.death === null},"name":[{"use":"official","text":${quote(name.text)},"family":${quote(name.family)},"given":${quote(name.given)}}],"telecom":[{"system":"phone","value":"555-${String(digits).slice(0, 3)}-${String(digits).slice(3)}","use":"home"}],"gender":"${female ? "female" : "male"}","birthDate":"${dateText(person.birth)}",${person.death === null ? "" : `"deceasedDateTime":"${timeText(person.death)}",`}"address":[{"use":"home","line":["${1 + ((address >> 12) % 400)} ${street} Street"],"city":"${city}","state":"MA","postalCode":"${postalCode}","country":"US"}],"maritalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-MaritalStatus","code":"${marital[0]}","display":"${marital[1]}"}],"text":"${marital[1]}"},"communication":[{"language":{"coding":[{"system":"urn:ietf:bcp:47","code":"${language[0]}","display":"${language[1]}"}],"text":"${language[1]}"},"preferred":true}],"generalPractitioner":[${practitionerReference(person.shared, person.practitioner)}]}`;
}

const classDisplays = {
  AMB: "ambulatory",
  EMER: "emergency",
  IMP: "inpatient encounter",
  VR: "virtual",
  HH: "home health",
} as const;

function encounterLine(person: Life, encounter: Encounter): string {
  const id = resourceId(person.identity, "Encounter", encounter.n);
  const period = `{"start":"${timeText(encounter.at)}","end":"${timeText(encounter.end)}"}`;
  const reason = encounter.reason
    ? `,"reasonCode":[${snomedConcept(encounter.reason.code, encounter.reason.display)}],"reasonReference":[${conditionReference(person, encounter.reason)}]`
    : "";
  const discharge =
    encounter.class === "IMP"
      ? `,"hospitalization":{"dischargeDisposition":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/discharge-disposition","code":"home","display":"Home"}],"text":"Home"}}`
      : "";
  return `${head("Encounter", id, encounter.end + day / 8, profile("encounter"))},"status":"finished","class":{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"${encounter.class}","display":"${classDisplays[encounter.class]}"},"type":[${snomedConcept(encounter.type[0], encounter.type[1])}],"subject":${subjectOf(person)},"participant":[{"type":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ParticipationType","code":"PPRF","display":"primary performer"}],"text":"primary performer"}],"period":${period},"individual":${practitionerReference(person.shared, encounter.practitioner)}}],"period":${period}${reason}${discharge},"serviceProvider":{"reference":"Organization/${resourceId(person.shared, "Organization", encounter.organization)}"}}`;
}

const clinical = (code: string) =>
  coding("http://terminology.hl7.org/CodeSystem/condition-clinical", code);
const activeCondition = clinical("active");
const resolvedCondition = clinical("resolved");
const confirmed = coding("http://terminology.hl7.org/CodeSystem/condition-ver-status", "confirmed");
const conditionCategories = {
  "problem-list-item": [
    profile("condition-problems-health-concerns"),
    coding(
      "http://terminology.hl7.org/CodeSystem/condition-category",
      "problem-list-item",
      "Problem List Item",
    ),
  ],
  "encounter-diagnosis": [
    profile("condition-encounter-diagnosis"),
    coding(
      "http://terminology.hl7.org/CodeSystem/condition-category",
      "encounter-diagnosis",
      "Encounter Diagnosis",
    ),
  ],
} as const;

function conditionLine(person: Life, condition: Condition): string {
  const id = resourceId(person.identity, "Condition", condition.n);
  const [profileUrl, category] = conditionCategories[condition.category];
  const { abated, encounter } = condition;
  return `${head("Condition", id, conditionUpdated(condition), profileUrl)},"clinicalStatus":${abated === null ? activeCondition : resolvedCondition},"verificationStatus":${confirmed},"category":[${category}],"code":${snomedConcept(condition.code, condition.display)},"subject":${subjectOf(person)}${encounter ? `,"encounter":${encounterReference(person, encounter)}` : ""},"onsetDateTime":"${timeText(condition.onset)}"${abated === null ? "" : `,"abatementDateTime":"${timeText(abated)}"`},"recordedDate":"${timeText(encounter?.at ?? condition.onset)}"}`;
}

const observationCategory = (code: string, display: string) =>
  coding("http://terminology.hl7.org/CodeSystem/observation-category", code, display);
const categories = {
  "vital-signs": observationCategory("vital-signs", "Vital Signs"),
  laboratory: observationCategory("laboratory", "Laboratory"),
  survey: observationCategory("survey", "Survey"),
  "social-history": observationCategory("social-history", "Social History"),
} as const;
const smokingAnswers = [
  ["266919005", "Never smoked tobacco"],
  ["8517006", "Former smoker"],
  ["77176002", "Smoker"],
] as const;

const pressurePart = (code: string, display: string) =>
  `{"code":${coding("http://loinc.org", code, display)},"valueQuantity":{"value":`;
const pressureUnit = `,"unit":"mmHg","system":"http://unitsofmeasure.org","code":"mm[Hg]"}}`;
const systolic = pressurePart("8480-6", "Systolic blood pressure");
const diastolic = pressurePart("8462-4", "Diastolic blood pressure");

interface MeasureParts {
  profile: string;
  middle: string;
  after: string;
}

function partsOf(name: MeasureName): MeasureParts {
  const measure: Measure = measures[name];
  const unit = `,"unit":"${measure.unit}","system":"http://unitsofmeasure.org","code":"${measure.ucum ?? measure.unit}"}`;
  const bound = (which: "low" | "high", value: number) => `"${which}":{"value":${value}${unit}`;
  const range =
    measure.low === undefined || measure.high === undefined
      ? ""
      : `,"referenceRange":[{${bound("low", measure.low)},${bound("high", measure.high)}}]`;
  return {
    profile: measure.profile,
    middle: `,"status":"final","category":[${categories[measure.category]}],"code":${coding("http://loinc.org", measure.code, measure.display)},"subject":`,
    after: `${unit}${range}}`,
  };
}

const measureParts = Object.fromEntries(
  measureNames.map((name) => [name, partsOf(name)]),
) as Record<MeasureName, MeasureParts>;

function observationLine(person: Life, observation: Observation): string {
  const id = resourceId(person.identity, "Observation", observation.n);
  const parts = measureParts[observation.measure];
  const { digits } = measures[observation.measure];
  const start = `${head("Observation", id, observation.at + day / 12, parts.profile)}${parts.middle}${subjectOf(person)},"encounter":${encounterReference(person, observation.encounter)},"effectiveDateTime":"${timeText(observation.at)}","issued":"${instantText(observation.at + day / 24)}","performer":[${practitionerReference(person.shared, observation.encounter.practitioner)}]`;
  if (observation.measure === "bloodPressure")
    return `${start},"component":[${systolic}${Math.round(observation.value)}${pressureUnit},${diastolic}${Math.round(observation.second)}${pressureUnit}]}`;
  if (observation.measure === "smoking") {
    const [code, display] = smokingAnswers[observation.value] as readonly [string, string];
    return `${start},"valueCodeableConcept":${snomedConcept(code, display)}}`;
  }
  const value = digits === 0 ? Math.round(observation.value) : rounded(observation.value, digits);
  return `${start},"valueQuantity":{"value":${value}${parts.after}`;
}

function rounded(value: number, digits: number): number {
  const factor = 10 ** digits;
  return Math.round(value * factor) / factor;
}

const medicationParts = new Map<Medication, string>();
function medicationPart(medication: Medication): string {
  let text = medicationParts.get(medication);
  if (text === undefined) {
    text = coding(
      "http://www.nlm.nih.gov/research/umls/rxnorm",
      medication.code,
      medication.display,
    );
    medicationParts.set(medication, text);
  }
  return text;
}

function prescriptionLine(person: Life, prescription: Prescription): string {
  const id = resourceId(person.identity, "MedicationRequest", prescription.n);
  const reason = prescription.reason
    ? `,"reasonReference":[${conditionReference(person, prescription.reason)}]`
    : "";
  const refills = prescription.course ? 0 : 3;
  return `${head("MedicationRequest", id, prescriptionUpdated(prescription), profile("medicationrequest"))},"status":"${prescription.status}","intent":"order","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/medicationrequest-category","code":"community","display":"Community"}],"text":"Community"}],"medicationCodeableConcept":${medicationPart(prescription.medication)},"subject":${subjectOf(person)},"encounter":${encounterReference(person, prescription.encounter)},"authoredOn":"${timeText(prescription.at)}","requester":${practitionerReference(person.shared, prescription.encounter.practitioner)}${reason},"dosageInstruction":[{"sequence":1,"text":${quote(prescription.medication.dosage)}}],"dispenseRequest":{"numberOfRepeatsAllowed":${refills},"expectedSupplyDuration":{"value":${prescription.course ? 10 : 90},"unit":"days","system":"http://unitsofmeasure.org","code":"d"}}}`;
}

function procedureLine(person: Life, n: number): string {
  const procedure = person.procedures[n];
  if (!procedure) throw new RangeError(`no procedure ${n}`);
  const id = resourceId(person.identity, "Procedure", n);
  const reason = procedure.reason
    ? `,"reasonReference":[${conditionReference(person, procedure.reason)}]`
    : "";
  return `${head("Procedure", id, procedure.at + day / 6, profile("procedure"))},"status":"completed","code":${snomedConcept(procedure.code, procedure.display)},"subject":${subjectOf(person)},"encounter":${encounterReference(person, procedure.encounter)},"performedPeriod":{"start":"${timeText(procedure.at)}","end":"${timeText(procedure.at + procedure.minutes * 60_000)}"},"performer":[{"actor":${practitionerReference(person.shared, procedure.encounter.practitioner)}}]${reason}}`;
}

function immunizationLine(person: Life, n: number): string {
  const immunization = person.immunizations[n];
  if (!immunization) throw new RangeError(`no immunization ${n}`);
  const id = resourceId(person.identity, "Immunization", n);
  const { code, display } = immunization.vaccine;
  return `${head("Immunization", id, immunization.at + day / 12, profile("immunization"))},"status":"completed","vaccineCode":${coding("http://hl7.org/fhir/sid/cvx", code, display)},"patient":${subjectOf(person)},"encounter":${encounterReference(person, immunization.encounter)},"occurrenceDateTime":"${timeText(immunization.at)}","primarySource":true,"location":{"display":"Clinic"}}`;
}

function allergyLine(person: Life, n: number): string {
  const allergy = person.allergies[n];
  if (!allergy) throw new RangeError(`no allergy ${n}`);
  const id = resourceId(person.identity, "AllergyIntolerance", n);
  const { allergen, at, active } = allergy;
  return `${head("AllergyIntolerance", id, at + day / 12, profile("allergyintolerance"))},"clinicalStatus":${coding("http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical", active ? "active" : "resolved")},"verificationStatus":${coding("http://terminology.hl7.org/CodeSystem/allergyintolerance-verification", "confirmed")},"type":"allergy","category":["${allergen.category}"],"criticality":"${allergen.severe ? "high" : "low"}","code":${snomedConcept(allergen.code, allergen.display)},"patient":${subjectOf(person)},"recordedDate":"${timeText(at)}"}`;
}

function reportLine(person: Life, n: number): string {
  const report = person.reports[n];
  if (!report) throw new RangeError(`no report ${n}`);
  const id = resourceId(person.identity, "DiagnosticReport", n);
  const { code, display } = panels[report.panel];
  const results = report.results.map(
    (result) =>
      `{"reference":"Observation/${resourceId(person.identity, "Observation", result.n)}","display":${quote(measures[result.measure].display)}}`,
  );
  return `${head("DiagnosticReport", id, report.at + day / 10, profile("diagnosticreport-lab"))},"status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v2-0074","code":"LAB","display":"Laboratory"}]}],"code":${coding("http://loinc.org", code, display)},"subject":${subjectOf(person)},"encounter":${encounterReference(person, report.encounter)},"effectiveDateTime":"${timeText(report.at)}","issued":"${instantText(report.at + day / 12)}","performer":[${practitionerReference(person.shared, report.encounter.practitioner)}],"result":[${results.join(",")}]}`;
}

function documentLine(person: Life, n: number): string {
  const id = resourceId(person.identity, "DocumentReference", n);
  const attachment = attachmentOf(person, n);
  const at = documentAt(person, n);
  const about = {
    contentType: attachment.contentType,
    ...(attachment.url === null
      ? { data: attachment.body().toString("base64") }
      : { url: attachment.url, size: attachment.size }),
    title: `Note ${n + 1}`,
  };
  return `${head("DocumentReference", id, at + day / 12, profile("documentreference"))},"status":"current","type":${coding("http://loinc.org", "11506-3", "Progress note")},"category":[{"coding":[{"system":"${profile("documentreference-category")}","code":"clinical-note","display":"Clinical Note"}]}],"subject":${subjectOf(person)},"date":"${instantText(at)}","content":[{"attachment":${quote(about)}}]}`;
}

function conditionUpdated(condition: Condition): number {
  return (condition.abated ?? condition.encounter?.end ?? condition.onset) + day / 12;
}

function prescriptionUpdated(prescription: Prescription): number {
  // A request is touched again when it ends or is renewed; an active one only when it is written.
  return (prescription.status === "active" ? prescription.at : prescription.ends) + day / 12;
}

/** How many resources of a type one patient has. */
export function countOf(person: Life, type: PatientType): number {
  switch (type) {
    case "Patient":
      return 1;
    case "Encounter":
      return person.encounters.length;
    case "Condition":
      return person.conditions.length;
    case "Observation":
      return person.observations.length;
    case "MedicationRequest":
      return person.prescriptions.length;
    case "Procedure":
      return person.procedures.length;
    case "Immunization":
      return person.immunizations.length;
    case "AllergyIntolerance":
      return person.allergies.length;
    case "DiagnosticReport":
      return person.reports.length;
    case "DocumentReference":
      return person.documents?.each ?? 0;
  }
}

/** meta.lastUpdated (milliseconds) of a patient's nth resource of a type. */
export function updatedAt(person: Life, type: PatientType, n: number): number {
  switch (type) {
    case "Patient":
      return person.updated;
    case "Encounter":
      return (person.encounters[n]?.end ?? 0) + day / 8;
    case "Condition":
      return conditionUpdated(person.conditions[n] as Condition);
    case "Observation":
      return (person.observations[n]?.at ?? 0) + day / 12;
    case "MedicationRequest":
      return prescriptionUpdated(person.prescriptions[n] as Prescription);
    case "Procedure":
      return (person.procedures[n]?.at ?? 0) + day / 6;
    case "Immunization":
      return (person.immunizations[n]?.at ?? 0) + day / 12;
    case "AllergyIntolerance":
      return (person.allergies[n]?.at ?? 0) + day / 12;
    case "DiagnosticReport":
      return (person.reports[n]?.at ?? 0) + day / 10;
    case "DocumentReference":
      return documentAt(person, n) + day / 12;
  }
}

/**
 * A patient's nth resource of a type as one line of JSON, without the line break.
 *
 * @throws RangeError when the patient has fewer.
 */
export function writeResource(person: Life, type: PatientType, n: number): string {
  if (n < 0 || n >= countOf(person, type)) throw new RangeError(`no ${type} ${n}`);
  switch (type) {
    case "Patient":
      return patientLine(person);
    case "Encounter":
      return encounterLine(person, person.encounters[n] as Encounter);
    case "Condition":
      return conditionLine(person, person.conditions[n] as Condition);
    case "Observation":
      return observationLine(person, person.observations[n] as Observation);
    case "MedicationRequest":
      return prescriptionLine(person, person.prescriptions[n] as Prescription);
    case "Procedure":
      return procedureLine(person, n);
    case "Immunization":
      return immunizationLine(person, n);
    case "AllergyIntolerance":
      return allergyLine(person, n);
    case "DiagnosticReport":
      return reportLine(person, n);
    case "DocumentReference":
      return documentLine(person, n);
  }
}
