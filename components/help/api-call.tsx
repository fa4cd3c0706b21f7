"use client";

import { Box, Code, Group, Stack, Table, Tabs, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { Pill, type PillColor } from "@/components/format/pill";
import stack from "@/components/format/stacked-table.module.css";
import { Folded } from "@/components/jobs/folded";
import { JsonBlock } from "@/components/jobs/json-block";
import type { JsonSchema } from "@/lib/contract/openapi";
import type { Call } from "./api-page";
import { nameOfRef, typeText } from "./schema-type";

const colors: Record<string, PillColor> = {
  GET: "blue",
  POST: "green",
  PATCH: "yellow",
  DELETE: "red",
};

/** Method, address, what it does, and who may. */
export function CallTitle({ call: { method, path, operation } }: { call: Call }) {
  const t = useTranslations("help.api");
  return (
    <Group gap="xs" align="center" wrap="wrap">
      <Pill color={colors[method] ?? "gray"} size="sm">
        {method}
      </Pill>
      <Code bg="transparent" p={0} fw={600} style={{ overflowWrap: "anywhere" }}>
        {path}
      </Code>
      <Text size="sm" style={{ flex: "1 1 10rem" }}>
        {operation.summary}
      </Text>
      <Text size="xs" c="dimmed">
        {t(`access.${operation["x-access"]}`)}
      </Text>
    </Group>
  );
}

/** One call in full. */
export function ApiCall({ call, schemas }: { call: Call; schemas: Record<string, JsonSchema> }) {
  const t = useTranslations("help.api");
  const { operation } = call;
  const body = operation.requestBody?.content["application/json"]?.schema;
  const [status = "200", ok] =
    Object.entries(operation.responses).find(([code]) => code.startsWith("2")) ?? [];
  const answers = Object.entries(ok?.content ?? {});
  const resolve = (schema: JsonSchema) =>
    schema.$ref ? (schemas[nameOfRef(schema.$ref)] ?? schema) : schema;
  return (
    <Stack gap="md" pt="xs">
      {operation.description ? (
        <Text size="sm" maw={720}>
          <Words text={operation.description} />
        </Text>
      ) : null}
      {operation.parameters.length > 0 ? (
        <Part title={t("parameters")}>
          <Fields
            label={t("parameters")}
            fields={operation.parameters.map((parameter) => ({
              ...parameter,
              where: t(parameter.in === "path" ? "in-path" : "in-query"),
            }))}
          />
        </Part>
      ) : null}
      {body ? (
        <Part title={t("body")}>
          <Fields label={t("body")} fields={fieldsOf(resolve(body))} />
        </Part>
      ) : null}
      <Part title={t("example")}>
        <Tabs defaultValue="curl" keepMounted={false}>
          <Tabs.List mb="xs">
            {operation["x-codeSamples"].map(({ label }) => (
              <Tabs.Tab key={label} value={label}>
                {label}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          {operation["x-codeSamples"].map(({ label, source }) => (
            <Tabs.Panel key={label} value={label}>
              <JsonBlock value={source.trimEnd()} label={`${t("example")}: ${label}`} />
            </Tabs.Panel>
          ))}
        </Tabs>
        {operation["x-access"] === "public" ? null : (
          <Text size="xs" c="dimmed" mt={4}>
            {t("key-hint")}
          </Text>
        )}
      </Part>
      <Part title={`${t("answer")} · ${status}`}>
        <Stack gap="sm">
          {answers.map(([type, { schema, example }]) =>
            type === "application/json" && example !== undefined ? (
              <Box key={type}>
                <JsonBlock value={example} label={t("answer")} />
                {fieldsOf(resolve(schema)).length > 0 ? (
                  <Folded label={t("answer-fields")}>
                    <Fields label={t("answer-fields")} fields={fieldsOf(resolve(schema))} />
                  </Folded>
                ) : null}
              </Box>
            ) : schema.$ref ? (
              <Box key={type}>
                <Text size="sm" mb="xs">
                  {t("lines")}
                </Text>
                <Fields label={t("answer-fields")} fields={fieldsOf(resolve(schema))} />
              </Box>
            ) : (
              <Text key={type} size="sm">
                {t("file", { type })}
              </Text>
            ),
          )}
        </Stack>
      </Part>
    </Stack>
  );
}

/** Words with code in backticks. */
function Words({ text }: { text: string }) {
  return (
    text
      .split("`")
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a text stay in place
      .map((part, place) => (place % 2 === 1 ? <Code key={place}>{part}</Code> : part))
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div>
      <Title order={4} size="sm" mb={6}>
        {title}
      </Title>
      {children}
    </div>
  );
}

type Field = {
  name: string;
  schema: JsonSchema;
  required: boolean;
  description?: string;
  where?: string;
};

const fieldsOf = ({ properties = {}, required = [] }: JsonSchema): Field[] =>
  Object.entries(properties)
    .map(([name, schema]) => ({
      name,
      schema,
      required: required.includes(name),
      description: schema.description,
    }))
    .sort((one, other) => Number(other.required) - Number(one.required));

function Fields({ label, fields }: { label: string; fields: Field[] }) {
  const t = useTranslations("help.api");
  const words = { listOf: (type: string) => t("list-of", { type }), or: t("or") };
  return (
    <Table verticalSpacing={6} fz="sm" className={stack.stacked} aria-label={label}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th w="30%">{t("name")}</Table.Th>
          <Table.Th w="30%">{t("type")}</Table.Th>
          <Table.Th>{t("meaning")}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {fields.map(({ name, schema, required, description, where }) => (
          <Table.Tr key={name} style={{ verticalAlign: "top" }}>
            <Table.Td>
              <Code>{name}</Code>
              {required ? (
                <Text span size="xs" fw={600} ml={6}>
                  {t("required")}
                </Text>
              ) : null}
              {where ? (
                <Text size="xs" c="dimmed">
                  {where}
                </Text>
              ) : null}
            </Table.Td>
            <Table.Td style={{ overflowWrap: "anywhere" }}>
              <Text size="xs" ff="monospace">
                {typeText(schema, words)}
              </Text>
              {schema.default !== undefined && schema.default !== "" ? (
                <Text size="xs" c="dimmed">
                  {t("default", { value: JSON.stringify(schema.default) })}
                </Text>
              ) : null}
            </Table.Td>
            <Table.Td>{description ? <Words text={description} /> : null}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
