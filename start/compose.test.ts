import { readFileSync } from "node:fs";
import { DCLinter } from "dclint";
import { expect, test } from "vitest";
import { parse } from "yaml";

const compose = parse(readFileSync("docker-compose.yml", "utf8"), { merge: true });

test("dclint finds nothing wrong with docker-compose.yml", () => {
  const results = new DCLinter({ rules: {}, quiet: false, debug: false, exclude: [] }).lintFiles(
    ["docker-compose.yml"],
    false,
  );
  expect(results).toHaveLength(1);
  expect(results.flatMap((result) => result.messages)).toEqual([]);
});

test("services, user and database have the names that scripts and analysts know", () => {
  expect(Object.keys(compose.services).sort()).toEqual(["etl-service", "postgres", "web"]);
  expect(compose.services.postgres.environment).toMatchObject({
    POSTGRES_USER: "fhir_user",
    POSTGRES_DB: "fhir_analytics",
  });
  for (const name of ["web", "etl-service"]) {
    const { environment } = compose.services[name];
    expect(environment.DATABASE_URL).toMatch(
      /^postgres:\/\/fhir_user:.*@postgres:5432\/fhir_analytics$/,
    );
  }
});

test("ports 3000, 8001 and 8002 all lead to the web service, and the database has none", () => {
  const ports: string[] = compose.services.web.ports;
  expect(ports.map((port) => port.replace(/\$\{[^}]*\}:/, ""))).toEqual([
    "3000:3000",
    "8001:3000",
    "8002:3000",
  ]);
  expect(compose.services.web.environment.PORT).toBe("3000");
  expect(compose.services.postgres.ports).toBeUndefined();
});

test("web and etl-service share the volume that holds BULK_DIR", () => {
  for (const name of ["web", "etl-service"]) {
    const { volumes, environment, depends_on, build } = compose.services[name];
    expect(volumes).toEqual(["data:/data"]);
    expect(environment).toMatchObject({ DATA_DIR: "/data", BULK_DIR: "/data/bulk" });
    expect(depends_on.postgres.condition).toBe("service_healthy");
    expect(build).toBe(".");
  }
  expect(compose.volumes).toHaveProperty("data");
});

test("it starts with nothing set: every variable has a default", () => {
  const text = readFileSync("docker-compose.yml", "utf8");
  const variables = [...text.matchAll(/\$\{([A-Z_]+)([^}]*)\}/g)];
  expect(variables.length).toBeGreaterThan(5);
  expect(variables.filter((found) => !found[2]?.startsWith(":-"))).toEqual([]);
});

test(".env.example tells of every setting that the compose file and the code read", () => {
  const example = readFileSync(".env.example", "utf8");
  const compose = readFileSync("docker-compose.yml", "utf8");
  const fromCompose = [...compose.matchAll(/\$\{([A-Z_]+)/g)].map((found) => found[1]);
  const env = readFileSync("lib/settings/env.ts", "utf8");
  const fromCode = [...env.matchAll(/^ {2}([A-Z][A-Z_]+):/gm)].map((found) => found[1]);
  expect(fromCode).toContain("DATABASE_URL");
  const missing = [...new Set([...fromCompose, ...fromCode])].filter(
    (name) => !new RegExp(`^# ${name}=`, "m").test(example),
  );
  expect(missing).toEqual([]);
});

test("every setting that the code reads can be given to the containers", () => {
  const env = readFileSync("lib/settings/env.ts", "utf8");
  const fromCode = [...env.matchAll(/^ {2}([A-Z][A-Z_]+):/gm)].map((found) => found[1] ?? "");
  expect(fromCode).toContain("TOKEN_HOSTS");
  for (const name of ["web", "etl-service"]) {
    const { environment } = compose.services[name];
    expect(fromCode.filter((setting) => !(setting in environment))).toEqual([]);
  }
});
