"use client";

import { type CSSProperties, Fragment } from "react";
import classes from "./data.module.css";

/** Keys, texts, and the rest: enough to find one's way. */
const token =
  /("(?:\\.|[^"\\])*")(\s*:)?|\b(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** Above this size colouring costs more than it helps (an attachment of megabytes in base64). */
const mostColored = 200_000;

const colors = {
  "--json-key": "light-dark(#2034b2, #91a7ff)",
  "--json-text": "light-dark(#2b6a30, #8ce99a)",
  "--json-value": "light-dark(#994b00, #ffc078)",
} as CSSProperties;

/** JSON with its keys, texts and numbers set apart; selectable and copyable as it stands. */
export function JsonText({ text, label }: { text: string; label: string }) {
  const parts: { at: number; text: string; kind: string | undefined }[] = [];
  let end = 0;
  if (text.length <= mostColored) {
    for (const match of text.matchAll(token)) {
      const [whole, string, colon] = match;
      if (match.index > end)
        parts.push({ at: end, text: text.slice(end, match.index), kind: undefined });
      if (string && colon) {
        parts.push({ at: match.index, text: string, kind: "key" });
        parts.push({ at: match.index + string.length, text: colon, kind: undefined });
      } else parts.push({ at: match.index, text: whole, kind: string ? "text" : "value" });
      end = match.index + whole.length;
    }
  }
  parts.push({ at: end, text: text.slice(end), kind: undefined });
  return (
    <section className={classes.json} style={colors} aria-label={label}>
      {parts.map((part) =>
        part.kind ? (
          <span key={part.at} data-kind={part.kind}>
            {part.text}
          </span>
        ) : (
          <Fragment key={part.at}>{part.text}</Fragment>
        ),
      )}
    </section>
  );
}
