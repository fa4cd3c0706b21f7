import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { InBrowser } from "@/components/frame/in-browser";
import { GuidePage } from "@/components/help/guide-page";
import { GuideText } from "@/components/help/guide-text";
import { guide } from "@/lib/http/guide";
import { locale } from "@/lib/http/locale";
import { requirePerson } from "@/lib/session/require-person";

type Props = { params: Promise<{ guide: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const found = await guide((await params).guide, await locale());
  return { title: /^# (.+)$/m.exec(found?.text ?? "")?.[1] };
}

/** A page of docs/, which comes with the installation: readable where there is no internet. */
export default async function Page({ params }: Props) {
  await requirePerson();
  const reader = await locale();
  const found = await guide((await params).guide, reader);
  if (!found) notFound();
  return (
    <InBrowser>
      <GuidePage foreign={found.language !== reader} language={found.language}>
        <GuideText text={found.text.replace(/^\[(English|中文|简体中文)\]\([^)]*\)$/m, "")} />
      </GuidePage>
    </InBrowser>
  );
}
