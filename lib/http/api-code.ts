type Call = {
  method: string;
  /** absolute, with example values in its path */
  url: string;
  /** does it need a key? */
  signedIn: boolean;
  body?: unknown;
  /** the answer is a file or lines, not one JSON value */
  text?: boolean;
};

/** The call as a shell command; KEY stands for the API key. */
export function curlOf({ method, url, signedIn, body }: Call): string {
  const parts = [method === "GET" ? "curl" : `curl -X ${method}`];
  if (signedIn) parts.push(`-H "Authorization: Bearer $KEY"`);
  if (body !== undefined) {
    const json = JSON.stringify(body, null, 2).replaceAll("'", "'\\''");
    parts.push(`-H "Content-Type: application/json"`, `-d '${json}'`);
  }
  return `${[...parts, `"${url}"`].join(" \\\n  ")}\n`;
}

/** The call in Python with the `requests` library. */
export function pythonOf({ method, url, signedIn, body, text }: Call): string {
  const given = [`    "${url}",`];
  if (signedIn) given.push(`    headers={"Authorization": f"Bearer {os.environ['KEY']}"},`);
  if (body !== undefined) given.push(`    json=${pythonValue(body, 1)},`);
  return [
    ...(signedIn ? ["import os"] : []),
    "import requests",
    "",
    `answer = requests.${method.toLowerCase()}(`,
    ...given,
    "    timeout=30,",
    ")",
    "answer.raise_for_status()",
    text ? "print(answer.text)" : "print(answer.json())",
    "",
  ].join("\n");
}

function pythonValue(value: unknown, depth: number): string {
  const pad = "    ".repeat(depth);
  if (value === null) return "None";
  if (value === true) return "True";
  if (value === false) return "False";
  if (Array.isArray(value)) {
    return `[${value.map((one) => pythonValue(one, depth + 1)).join(", ")}]`;
  }
  if (typeof value === "object") {
    const lines = Object.entries(value).map(
      ([name, inner]) => `${pad}    ${JSON.stringify(name)}: ${pythonValue(inner, depth + 1)},`,
    );
    return lines.length ? `{\n${lines.join("\n")}\n${pad}}` : "{}";
  }
  return JSON.stringify(value);
}
