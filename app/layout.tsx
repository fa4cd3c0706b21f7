import "@mantine/core/styles.css";
import "@mantine/charts/styles.css";
import "@mantine/dates/styles.css";
import "@mantine/dropzone/styles.css";
import "@mantine/notifications/styles.css";
import "@mantine/spotlight/styles.css";
import "mantine-datatable/styles.css";
import "@fontsource-variable/inter";
import "./globals.css";
import { ColorSchemeScript, mantineHtmlProps } from "@mantine/core";
import type { Metadata } from "next";
import type { ReactNode } from "react";
import { locale } from "@/lib/http/locale";
import { Worded } from "./worded";

export const metadata: Metadata = {
  title: { default: "Bulkhouse", template: "%s · Bulkhouse" },
  description: "FHIR Bulk Data, from a config file to charts",
};

export default async function RootLayout({ children }: { children: ReactNode }) {
  const language = await locale();
  return (
    <html lang={language} {...mantineHtmlProps}>
      <head>
        <ColorSchemeScript defaultColorScheme="auto" />
      </head>
      <body>
        <Worded locale={language} now={Date.now()}>
          {children}
        </Worded>
      </body>
    </html>
  );
}
