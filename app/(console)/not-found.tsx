import { NotFound } from "@/components/feedback/not-found";

export default function NotFoundInConsole() {
  return <NotFound />;
}
