import { z } from "zod";

/** As far as we read it: JSON Schema 2020-12, as OpenAPI 3.1 takes it. */
export type JsonSchema = {
  $ref?: string;
  type?: string | string[];
  description?: string;
  format?: string;
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  prefixItems?: JsonSchema[];
  minItems?: number;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  additionalProperties?: JsonSchema | boolean;
};

export type Content = Record<string, { schema: JsonSchema; example?: unknown }>;

export type Operation = {
  operationId: string;
  tags: string[];
  summary: string;
  description?: string;
  /** what the caller must be allowed: an API key of scope read or write, an administrator, or nothing */
  "x-access": "public" | "read" | "write" | "admin";
  security: Record<string, string[]>[];
  parameters: {
    name: string;
    in: "path" | "query";
    required: boolean;
    description?: string;
    schema: JsonSchema;
  }[];
  requestBody?: { required: boolean; content: Content };
  responses: Record<string, { description: string; content?: Content }>;
  "x-codeSamples": { lang: string; label: string; source: string }[];
};

/** `GET /api/openapi.json`. */
export type ApiDescription = {
  openapi: "3.1.0";
  info: { title: string; version: string; description: string };
  servers: { url: string }[];
  tags: { name: string; description: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: {
    securitySchemes: Record<string, Record<string, string>>;
    schemas: Record<string, JsonSchema>;
  };
};

/** Our own server made it: its shape is looked at, not its every field. */
export const ApiDescription = z.custom<ApiDescription>(
  (value) => typeof value === "object" && value !== null && "openapi" in value && "paths" in value,
);
