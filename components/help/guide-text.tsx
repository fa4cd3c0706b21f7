"use client";

import {
  Anchor,
  Blockquote,
  Box,
  Code,
  Divider,
  List,
  ListItem,
  TableTbody,
  TableTd,
  TableTh,
  TableThead,
  TableTr,
  Text,
  Title,
} from "@mantine/core";
import Markdown from "markdown-to-jsx/react";
import type { ComponentProps, ReactNode } from "react";
import { Link } from "@/components/frame/link";
import { GuideTable } from "./guide-table";

/** As GitHub makes an anchor of a heading: links into docs/ lead to the same place in both. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .trim()
    .replace(/\s/g, "-");

/** Where a link of docs/*.md leads inside the console; null: to a file that is not shown here. */
export function guideHref(href: string): string | null {
  if (/^(https?:|mailto:|#|\/)/.test(href)) return href;
  const [file = "", anchor] = href.split("#");
  const name = /^([\w-]+)(?:\.zh-CN)?\.md$/.exec(file)?.[1];
  return name ? `/help/${name.toLowerCase()}${anchor ? `#${anchor}` : ""}` : null;
}

function GuideLink({ href = "", children }: { href?: string; children?: ReactNode }) {
  const to = guideHref(href);
  if (to === null) return <Code>{children}</Code>;
  if (/^https?:/.test(to)) {
    return (
      <Anchor href={to} rel="noreferrer" target="_blank" inherit underline="always">
        {children}
      </Anchor>
    );
  }
  return (
    <Anchor component={Link} href={to} inherit underline="always">
      {children}
    </Anchor>
  );
}

function Picture({ src = "", alt = "" }: { src?: string; alt?: string }) {
  const name = src.replace(/^pictures\//, "");
  return (
    // biome-ignore lint/performance/noImgElement: a file of the installation, as large as it is shown
    <img
      src={`/help/pictures/${name}`}
      alt={alt}
      loading="lazy"
      style={{
        maxWidth: "100%",
        height: "auto",
        border: "1px solid var(--mantine-color-default-border)",
        borderRadius: "var(--mantine-radius-md)",
      }}
    />
  );
}

const heading = (order: 1 | 2 | 3 | 4) =>
  function Heading(props: ComponentProps<"h1">) {
    return (
      <Title
        order={order}
        size={order === 1 ? "h2" : `h${order + 1}`}
        mt={order === 1 ? 0 : "xl"}
        mb="xs"
        id={props.id}
        style={{ scrollMarginTop: 72 }}
      >
        {props.children}
      </Title>
    );
  };

/** A page of docs/, in the console's own type. The text is our own: nothing of a person comes in. */
export function GuideText({ text }: { text: string }) {
  return (
    <Box maw={860} style={{ overflowWrap: "anywhere" }}>
      <Markdown
        options={{
          slugify: anchorOf,
          forceBlock: true,
          overrides: {
            h1: heading(1),
            h2: heading(2),
            h3: heading(3),
            h4: heading(4),
            p: { component: Text, props: { component: "p", my: "sm" } },
            a: GuideLink,
            img: Picture,
            code: Code,
            pre: GuideCode,
            ul: { component: List, props: { spacing: 6, my: "sm" } },
            ol: { component: List, props: { type: "ordered", spacing: 6, my: "sm" } },
            li: ListItem,
            hr: Divider,
            blockquote: Blockquote,
            table: GuideTable,
            thead: TableThead,
            tbody: TableTbody,
            tr: TableTr,
            th: { component: TableTh, props: { style: { overflowWrap: "break-word" } } },
            td: {
              component: TableTd,
              props: { style: { verticalAlign: "top", overflowWrap: "break-word" } },
            },
          },
        }}
      >
        {text}
      </Markdown>
    </Box>
  );
}

/** A block of code: the element in it is not a second box. */
function GuideCode({ children }: { children?: ReactNode }) {
  const inner = (children as { props?: { children?: ReactNode } })?.props?.children ?? children;
  return (
    <Code block my="sm" tabIndex={0} style={{ overflowX: "auto", whiteSpace: "pre" }}>
      {inner}
    </Code>
  );
}
