# The story that scripts/demo tells, in seven steps. Sourced by it: `run` shows a command and runs it,
# `check`, `wait_for` and `holds` end the story where something is not as it should be.

# crm SQL: shows what the CRM's people do, and does it.
crm() { printf '\033[36mcrm=> %s\033[0m\n' "$1"; in_crm -c "$1"; }
milliseconds() { date -d "$1" +%s%3N; }

step "1. The warehouse's files and the CRM's tables come in"
start_crm
say "The warehouse system has exported its morning: windows-1251, semicolons, decimal commas. The CRM is a
PostgreSQL; its clients, contracts and price types are rows with serial keys."
python3 "$company/warehouse.py" exchange morning
run ls exchange
run entrepot config check entrepot.yaml
start_hub
run entrepot sync || true
check "every dataset was read" "len({r['run']['dataset'] for r in it if 'run' in r}) >= 8" entrepot sync --full
say "Reading every row again changes nothing: not the change log, not the outside."
run entrepot sync --full || true
head_before=$(entrepot status --output json | python3 -c 'import json,sys; print(json.load(sys.stdin)["changeLogHead"])')
entrepot sync --full >/dev/null || true
check "the change log is as long as before" "it[0]['changeLogHead'] == '$head_before'" entrepot status
run entrepot stock available BLT-10-60 --quantity 100

step "2. The CRM and the hub keep each other's clients"
crm "UPDATE clients SET name = 'Стройдом Плюс', price_type = 1 WHERE id = 1"
wait_for "what the CRM's people changed is in the hub" "
(it[0]['record']['client']['name'], it[0]['record']['client']['priceType']) == ('Стройдом Плюс', 'Розничная')" \
  entrepot records get client C-001
hub_at=$(entrepot records get client C-001 --output json | python3 -c \
  'import json, sys; print(json.load(sys.stdin)["record"]["changedAt"])')
crm_at=$(in_crm -At -c "SELECT changed_at FROM clients WHERE id = 1")
took=$(($(milliseconds "$hub_at") - $(milliseconds "$crm_at")))
holds "it took the hub $took ms" test "$took" -le 2000
say "A client who telephones is entered in the hub. The answer gets lost on the way, and the clerk tries again."
cat >client.json <<'EOT'
{
  "name": "Новая заря",
  "tax_id": "7712345678",
  "price_type": "Оптовая",
  "contact_points": [{"type": "phone", "value": "+74951234567"}]
}
EOT
run cat client.json
run entrepot client create -f client.json --request-id demo-client
check "the same request id gets the same client" "it[0]['client']['client']['code'] == '1001'" \
  entrepot client create -f client.json --request-id demo-client
run entrepot sync crm || true
crm "SELECT id, hub_number, name, phone, price_type FROM clients WHERE id > 11 ORDER BY id"
holds "the CRM has it once, under a key of its own" \
  test "$(in_crm -At -c "SELECT count(*), min(id) FROM clients WHERE hub_number = '1001'")" = "1|13"
run entrepot sync crm --full || true
holds "and reading it back makes no second one anywhere" \
  test "$(in_crm -At -c 'SELECT count(*) FROM clients')" = 13
check "the hub has thirteen clients too" "
[k['records'] for k in it[0]['kinds'] if k['kind'] == 'client'] == ['13']" entrepot status

step "3. An order is answered line by line"
cat >order.json <<'EOT'
{
  "client": "C-001",
  "client_order_number": "З-17",
  "lines": [
    {"sku": "BLT-12-80", "quantity": "40"},
    {"sku": "BLT-10-60", "quantity": "100"},
    {"sku": "BLT-8-40", "quantity": "200"},
    {"sku": "SCR-5-55", "quantity": "500"},
    {"sku": "GLV-1", "quantity": "10"},
    {"sku": "CBL-2.5-3", "quantity": "12.5"}
  ]
}
EOT
run cat order.json
run entrepot order place -f order.json --request-id demo-1
check "the same request id gets the same answer" "it[0]['order']['order']['number'] == '1001'" \
  entrepot order place -f order.json --request-id demo-1
check "accepted, partly, and not on the shelf with a date, an estimate and an honest unknown" "
[a['outcome'].replace('LINE_OUTCOME_', '') for a in it[0]['answers']] ==
['ACCEPTED', 'PARTIALLY_ACCEPTED', 'BACK_ORDERED', 'BACK_ORDERED', 'BACK_ORDERED', 'ACCEPTED'] and
[a['expectation']['basis'].replace('EXPECTATION_BASIS_', '') for a in it[0]['answers'] if 'expectation' in a]
== ['DATED', 'DATED', 'ESTIMATED', 'UNKNOWN']" \
  entrepot order place -f order.json --request-id demo-1
check "analogues in stock, best first, never the washer or the incompatible bolt" "
'BLT-8-45' in [x['sku'] for x in it[0]['answers'][2]['analogues']] and not
{'WSH-8', 'BLT-8-40-1'} & {x['sku'] for x in it[0]['answers'][2]['analogues']}" \
  entrepot order place -f order.json --request-id demo-1

step "4. The logistics manager answers"
run entrepot request list
entrepot order watch 1001 --output json >watch.out &
watcher=$!
sleep 0.5
request=$(entrepot request list --output json | python3 -c '
import json, sys
text = sys.stdin.read()
found = json.loads(text)["stockRequests"]
print(next(r["stockRequest"]["number"] for r in found if r["stockRequest"]["orderLine"] == 5))')
promised=$(TZ=Europe/Moscow date -d '+3 days' +%F)
run entrepot request accept "$request" --date "$promised" --remark "with Thursday's lorry"
run entrepot order show 1001
check "the line's date is the manager's promise" "
it[0]['order']['order']['lines'][4]['expectation']['basis'] == 'EXPECTATION_BASIS_PROMISED'" \
  entrepot order show 1001
sleep 0.5
kill "$watcher" 2>/dev/null || true
holds "whoever watches the order saw it" grep -q EXPECTATION_BASIS_PROMISED watch.out

step "5. A shipment becomes an invoice in the ledger"
run entrepot order ship 1001
for n in $(seq 2 40); do
  printf '{"client":"C-%03d","lines":[{"sku":"BLT-12-%s","quantity":"%d"},{"sku":"CBL-4-3","quantity":"0.%d5"}]}' \
    $((n % 12 + 1)) "$((n % 2 ? 80 : 60))" $((n % 7 + 1)) $((n % 9 + 1)) >more.json
  number=$(entrepot order place -f more.json --output json | python3 -c \
    'import json, sys; print(json.load(sys.stdin)["order"]["order"]["number"])')
  entrepot order ship "$number" --output json >/dev/null
done
run entrepot sync ledger
run tail -n 14 ledger/hub.journal
holds "hledger accepts it, strictly" hledger -f accountant.journal check --strict ordereddates payees
holds "ledger accepts it, pedantically" ledger -f accountant.journal --pedantic --check-payees balance
run hledger -f accountant.journal balance assets:receivable --flat
holds "each client's balance agrees with the hub's invoices to the kopeck" \
  python3 "$company/agree.py" accountant.journal

step "6. A payment comes back from the accountant"
say "The bank's statement is in: the accountant enters two payments in her own journal."
today=$(TZ=Europe/Moscow date +%F)
cat >>accountant.journal <<EOT

$today * (118) ООО «Стройдом» | оплата по счёту 1001-1
    assets:bank                      300.00 RUB
    assets:receivable:C-001

$today * (119) ООО «Мастер и К» | аванс
    assets:bank                  100,000.00 RUB
    assets:receivable:C-002
EOT
run tail -n 8 accountant.journal
run entrepot sync ledger
run entrepot client receivables C-001
check "the payment has settled its part of the invoice that it names" "
next(i for i in it[0]['receivables'][0]['invoices'] if i['number'] == '1001-1')['settledBy']
[0]['amount']['units'] == '300'" entrepot client receivables C-001
check "the other client has paid ahead, and accounting agrees" "
it[0]['receivables'][0]['balance']['units'].startswith('-') and
it[0]['receivables'][0]['accounting']['difference'] == {'units': '0', 'nanos': 0}" entrepot client receivables C-002
holds "each client owes the same by the hub and by hledger, to the kopeck" \
  python3 "$company/agree.py" accountant.journal

step "7. What is broken stops nothing"
run entrepot dead-letters list
check "two broken rows and one unknown unit are kept with file, line and column" "
len(it[0]['deadLetters']) == 3 and all(d['source']['line'] for d in it[0]['deadLetters'])" \
  entrepot dead-letters list
run entrepot parked
say "The warehouse corrects its rows; the hub's administrator teaches the mapping the unit «рулончик»."
python3 "$company/warehouse.py" exchange correction
sed -i 's/^\( *\)lookup: okei$/\1values: {рулончик: H87}\n\1lookup: okei/' entrepot.yaml
run entrepot config check entrepot.yaml
stop_hub
start_hub
run entrepot sync || true
run entrepot dead-letters replay || true
say "One is left: the row without an article number. No corrected row can be recognised as its own, so a
person looks at it and drops it."
left=$(entrepot dead-letters list --output json | python3 -c 'import json,sys; print(json.load(sys.stdin)["deadLetters"][0]["id"])')
run entrepot dead-letters show "$left"
run entrepot dead-letters discard "$left"
check "no dead letter is left" "not it[0].get('deadLetters')" entrepot dead-letters list
say "Stock of NEW-1 came before its product. When the product comes, it applies by itself."
python3 "$company/warehouse.py" exchange new-product
run entrepot sync warehouse
check "nothing is parked any more" "not it[0].get('items')" entrepot parked
check "its stock is there" "it[0]['availability']['available']['units'] == '250'" \
  entrepot stock available NEW-1
run entrepot trace order 1001
