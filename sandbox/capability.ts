import { demoAlgorithms } from "./clients";
import type { FaultSettings } from "./fault-settings";
import type { ResourceType } from "./population/resource-types";

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
  DocumentReference: [...patientSearch, "category", "status"],
};

const parameterTypes: Record<string, string> = {
  _id: "token",
  _lastUpdated: "date",
  patient: "reference",
  subject: "reference",
  name: "string",
};

const versions = { v1: "1.0.0", v2: "2.0.0", v3: "3.0.0", v4: "4.0.0-ballot" };

const definition = (name: string) => `http://hl7.org/fhir/uv/bulkdata/OperationDefinition/${name}`;

/** The CapabilityStatement at [base]/metadata. */
export function capabilityStatement(
  fhirBaseUrl: string,
  tokenUrl: string | null,
  date: Date,
  resourceTypes: readonly ResourceType[],
  faults: FaultSettings,
) {
  const { dialect, exportUnlisted, searchRefuses } = faults;
  const bulk = "http://hl7.org/fhir/uv/bulkdata/CapabilityStatement/bulk-data";
  const resource = (type: string) => ({
    type,
    interaction: [{ code: "read" }, { code: "search-type" }],
    searchParam: ["_id", "_lastUpdated", ...(searchParameters[type] ?? [])]
      .filter((name) => !searchRefuses?.includes(name))
      .map((name) => ({ name, type: parameterTypes[name] ?? "token" })),
    ...(exportUnlisted
      ? {}
      : type === "Patient"
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
    ...(exportUnlisted ? {} : { instantiates: [dialect ? `${bulk}|${versions[dialect]}` : bulk] }),
    software: { name: "Bulkhouse sandbox", version: "0.1.0" },
    implementation: { description: "A bulk FHIR server with made-up patients", url: fhirBaseUrl },
    fhirVersion: "4.0.1",
    format: ["json"],
    rest: [
      {
        mode: "server",
        ...(tokenUrl === null
          ? {}
          : {
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
            }),
        resource: [...resourceTypes, "Group"].sort().map(resource),
        ...(exportUnlisted
          ? {}
          : { operation: [{ name: "export", definition: definition("export") }] }),
      },
    ],
  };
}

/** The document at [base]/.well-known/smart-configuration. */
export function smartConfiguration(
  url: string,
  resourceTypes: readonly ResourceType[],
  { algorithms, scopeVersion, smartConfiguration: form }: FaultSettings,
) {
  if (form === "bare") return { token_endpoint: `${url}/auth/token` };
  const verbs = { v1: ["read"], v2: ["rs"] }[scopeVersion as string] ?? ["rs", "read"];
  const types = ["*", ...resourceTypes, "Group"];
  return {
    token_endpoint: `${url}/auth/token`,
    registration_endpoint: `${url}/auth/register`,
    grant_types_supported: ["client_credentials"],
    token_endpoint_auth_methods_supported: ["private_key_jwt"],
    token_endpoint_auth_signing_alg_values_supported: algorithms ?? [...demoAlgorithms],
    scopes_supported: verbs.flatMap((verb) => types.map((type) => `system/${type}.${verb}`)),
    capabilities: [
      ...(scopeVersion === "v1" ? [] : ["permission-v2"]),
      ...(scopeVersion === "v2" ? [] : ["permission-v1"]),
      "client-confidential-asymmetric",
    ],
  };
}
