import { demoAlgorithms } from "./clients";
import { resourceTypes } from "./population/resource-types";

const patientSearch = ["patient", "subject"];
/** Search parameters by type, beside _id, _lastUpdated and _count which all have. */
export const searchParameters: Record<string, readonly string[]> = {
  Patient: [],
  Group: ["name"],
  Encounter: [...patientSearch, "status"],
  Condition: [...patientSearch, "code", "category"],
  Observation: [...patientSearch, "code", "category", "status"],
  MedicationRequest: [...patientSearch, "code", "status", "intent"],
  Procedure: [...patientSearch, "code", "status"],
  Immunization: ["patient", "status"],
  AllergyIntolerance: ["patient", "code"],
  DiagnosticReport: [...patientSearch, "code", "category", "status"],
  Organization: [],
  Practitioner: [],
};

const parameterTypes: Record<string, string> = {
  _id: "token",
  _lastUpdated: "date",
  patient: "reference",
  subject: "reference",
  name: "string",
};

const definition = (name: string) => `http://hl7.org/fhir/uv/bulkdata/OperationDefinition/${name}`;

/** The CapabilityStatement at [base]/metadata. */
export function capabilityStatement(fhirBaseUrl: string, tokenUrl: string, date: Date) {
  const resource = (type: string) => ({
    type,
    interaction: [{ code: "read" }, { code: "search-type" }],
    searchParam: ["_id", "_lastUpdated", ...(searchParameters[type] ?? [])].map((name) => ({
      name,
      type: parameterTypes[name] ?? "token",
    })),
    ...(type === "Patient"
      ? { operation: [{ name: "export", definition: definition("patient-export") }] }
      : type === "Group"
        ? { operation: [{ name: "export", definition: definition("group-export") }] }
        : {}),
  });
  return {
    resourceType: "CapabilityStatement",
    status: "active",
    date: date.toISOString(),
    kind: "instance",
    instantiates: ["http://hl7.org/fhir/uv/bulkdata/CapabilityStatement/bulk-data"],
    software: { name: "Bulkhouse sandbox", version: "0.1.0" },
    implementation: { description: "A bulk FHIR server with made-up patients", url: fhirBaseUrl },
    fhirVersion: "4.0.1",
    format: ["json"],
    rest: [
      {
        mode: "server",
        security: {
          extension: [
            {
              url: "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris",
              extension: [{ url: "token", valueUri: tokenUrl }],
            },
          ],
          service: [
            {
              coding: [
                {
                  system: "http://terminology.hl7.org/CodeSystem/restful-security-service",
                  code: "SMART-on-FHIR",
                },
              ],
              text: "SMART Backend Services",
            },
          ],
        },
        resource: [...resourceTypes, "Group"].sort().map(resource),
        operation: [{ name: "export", definition: definition("export") }],
      },
    ],
  };
}

/** The document at [base]/.well-known/smart-configuration. */
export function smartConfiguration(url: string) {
  const types = ["*", ...resourceTypes, "Group"];
  return {
    token_endpoint: `${url}/auth/token`,
    registration_endpoint: `${url}/auth/register`,
    grant_types_supported: ["client_credentials"],
    token_endpoint_auth_methods_supported: ["private_key_jwt"],
    token_endpoint_auth_signing_alg_values_supported: [...demoAlgorithms],
    scopes_supported: ["rs", "read"].flatMap((verb) =>
      types.map((type) => `system/${type}.${verb}`),
    ),
    capabilities: ["permission-v2", "permission-v1", "client-confidential-asymmetric"],
  };
}
