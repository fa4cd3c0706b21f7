import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { SignInForm } from "@/components/session/sign-in-form";
import { locale } from "@/lib/http/locale";
import { backPath } from "@/lib/session/back-path";
import { currentPerson } from "@/lib/session/current-person";
import { anyoneKnown } from "@/lib/session/people";
import { messages } from "@/messages/messages";

export async function generateMetadata(): Promise<Metadata> {
  return { title: messages(await locale()).session["sign-in"].title };
}

export default async function SignInPage({
  searchParams,
}: {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}) {
  const back = backPath((await searchParams).back);
  if (await currentPerson()) redirect(back);
  return <SignInForm back={back} firstStart={!(await anyoneKnown())} />;
}
