import type { Metadata } from "next";
import { PatientPage } from "@/components/data/patient-page";
import { InBrowser } from "@/components/frame/in-browser";
import { locale } from "@/lib/http/locale";
import { requirePerson } from "@/lib/session/require-person";
import { messages } from "@/messages/messages";

export async function generateMetadata(): Promise<Metadata> {
  // A patient's name has no place in a browser's history.
  return { title: messages(await locale()).data.patient };
}

/** An id is what the server gave; the address holds it encoded. */
const decoded = (id: string) => {
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
};

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  await requirePerson();
  const { id } = await params;
  return (
    <InBrowser>
      <PatientPage patientId={decoded(id)} />
    </InBrowser>
  );
}
