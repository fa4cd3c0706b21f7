/** FHIR R4, Compartment Patient: the types that belong to a patient, and by which parameter, where it is not `patient`. */
const patientParameters: Record<string, string> = {
  AdverseEvent: "subject",
  Group: "member",
  Patient: "_id",
  Schedule: "actor",
  SupplyRequest: "subject",
};

const patientTypes = new Set([
  ...Object.keys(patientParameters),
  ..."Account AllergyIntolerance Appointment AppointmentResponse AuditEvent Basic BodyStructure CarePlan CareTeam ChargeItem Claim ClaimResponse ClinicalImpression Communication CommunicationRequest Composition Condition Consent Coverage CoverageEligibilityRequest CoverageEligibilityResponse DetectedIssue Device DeviceRequest DeviceUseStatement DiagnosticReport DocumentManifest DocumentReference Encounter EnrollmentRequest EpisodeOfCare ExplanationOfBenefit FamilyMemberHistory Flag Goal ImagingStudy Immunization ImmunizationEvaluation ImmunizationRecommendation Invoice List MeasureReport Media MedicationAdministration MedicationDispense MedicationRequest MedicationStatement MolecularSequence NutritionOrder Observation Person Procedure Provenance QuestionnaireResponse RelatedPerson RequestGroup ResearchSubject RiskAssessment ServiceRequest Specimen SupplyDelivery Task VisionPrescription".split(
    " ",
  ),
]);

/** Can resources of this type be searched by their patient? */
export const isPatientType = (type: string): boolean => patientTypes.has(type);

/** The parameter and value that ask for one patient's resources of a type. */
export function patientParameter(type: string, patientId: string): [name: string, value: string] {
  const name = patientParameters[type] ?? "patient";
  return [name, name === "patient" ? patientId : `Patient/${patientId}`];
}

/** Types outside of the compartment that a patient's resources refer to, and that belong to an export of them. */
export const referredTypes = [
  "Location",
  "Medication",
  "Organization",
  "Practitioner",
  "PractitionerRole",
];

/** Where a server names no types: what US Core 7 knows of a patient. */
export const usualTypes = [
  ..."Patient AllergyIntolerance CarePlan CareTeam Condition Coverage Device DiagnosticReport DocumentReference Encounter Goal Immunization MedicationDispense MedicationRequest Observation Procedure QuestionnaireResponse RelatedPerson ServiceRequest Specimen".split(
    " ",
  ),
];

const words = (text: string) => text.split(" ");
const requestIntents = words(
  "proposal plan directive order original-order reflex-order filler-order instance-order option",
);
const requestStatuses = words(
  "draft active on-hold revoked completed entered-in-error unknown cancelled ended stopped",
);

/**
 * What servers are known to demand beside the patient (US Core 7 SHALL combinations; Epic), the most
 * frequent demand first, with all the codes of the value set: together they leave nothing out that is
 * coded as the standard says.
 */
const demands: Record<string, Record<string, readonly string[]>> = {
  CarePlan: { category: ["assess-plan"], status: requestStatuses },
  CareTeam: { status: words("proposed active suspended inactive entered-in-error") },
  Condition: {
    category: words("problem-list-item encounter-diagnosis health-concern"),
    "clinical-status": words("active recurrence relapse inactive remission resolved"),
  },
  Coverage: { status: words("active cancelled draft entered-in-error") },
  DiagnosticReport: {
    category: words(
      "LAB RAD AU BG BLB CG CH CP CT CTH CUS EC EN GE HM ICU IMG IMM MB MCB MYC NMR NMS NRS OSL OT OTH OUS PAR PAT PF PHR PHY PT RC RT RUS RX SP SR TX URN VR VUS XRC LP29684-5 LP29708-2 LP7839-6",
    ),
    status: words(
      "registered partial preliminary final amended corrected appended cancelled entered-in-error unknown",
    ),
  },
  DocumentReference: {
    status: words("current superseded entered-in-error"),
    category: words("clinical-note imaging-result correspondence document-information"),
  },
  Encounter: {
    status: words(
      "planned arrived triaged in-progress onleave finished cancelled entered-in-error unknown",
    ),
  },
  Goal: {
    "lifecycle-status": words(
      "proposed planned accepted active on-hold completed cancelled entered-in-error rejected",
    ),
  },
  Immunization: { status: words("completed entered-in-error not-done") },
  MedicationRequest: {
    intent: words(
      "proposal plan order original-order reflex-order filler-order instance-order option",
    ),
    status: words("active on-hold cancelled completed entered-in-error stopped draft unknown"),
  },
  Observation: {
    category: words(
      "laboratory vital-signs social-history survey exam imaging procedure therapy activity sdoh functional-status disability-status cognitive-status clinical-test treatment-intervention-preference care-experience-preference observation-adi-documentation",
    ),
    status: words(
      "registered preliminary final amended corrected cancelled entered-in-error unknown",
    ),
  },
  Procedure: {
    status: words(
      "preparation in-progress not-done on-hold stopped completed entered-in-error unknown",
    ),
  },
  ServiceRequest: { intent: requestIntents, status: requestStatuses },
};

export type Demand = { parameter: string; values: readonly string[] };

/**
 * What a server wants beside the patient, read from the words of its refusal.
 * @param present parameters that the refused search had
 * @returns null where its words do not speak of that
 */
export function demandOf(type: string, reason: string, present: string[]): Demand | null {
  const known = Object.entries(demands[type] ?? {})
    .filter(([parameter]) => !present.includes(parameter))
    .map(([parameter, values]) => ({ parameter, values }));
  const named = known.find(({ parameter }) => new RegExp(`\\b${parameter}\\b`, "i").test(reason));
  if (named) return named;
  const wantsMore =
    /requir|must|missing|at least|combin|additional|insufficient|not enough|too broad|narrow/i;
  return wantsMore.test(reason) ? (known[0] ?? null) : null;
}
