import { About } from "@/lib/contract/settings";
import { route } from "@/lib/http/route";
import { about } from "@/lib/store/about";

export const GET = route({ access: "read", answer: About }, () => about());
