-- The CRM of the trading company: a database of its own, whose people know nothing of the hub. Its rows
-- have serial keys; nothing keeps anybody from entering a client twice.
CREATE TABLE price_types (
  id   serial PRIMARY KEY,
  name text NOT NULL
);

CREATE TABLE clients (
  id            serial PRIMARY KEY,
  hub_number    text,                         -- of those that were entered in the hub
  name          text NOT NULL,
  legal_name    text,
  tax_id        text,
  tax_branch_id text,
  phone         text,
  email         text,
  price_type    integer REFERENCES price_types,
  manager       text,
  archived      boolean NOT NULL DEFAULT false,
  changed_at    timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON clients (changed_at, id);
CREATE INDEX ON clients (hub_number);

CREATE TABLE contracts (
  id           serial PRIMARY KEY,
  number       text NOT NULL,
  client       integer NOT NULL REFERENCES clients,
  valid_from   date NOT NULL,
  valid_until  date,
  payment_days integer,
  credit_limit numeric(15, 2),
  price_type   integer REFERENCES price_types,
  changed_at   timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON contracts (changed_at, id);

-- Every change moves changed_at, and tells whoever listens.
CREATE FUNCTION crm_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.changed_at := now();
  NOTIFY crm_changed;
  RETURN NEW;
END $$;
CREATE TRIGGER crm_changed BEFORE INSERT OR UPDATE ON clients
  FOR EACH ROW EXECUTE FUNCTION crm_changed();
CREATE TRIGGER crm_changed BEFORE INSERT OR UPDATE ON contracts
  FOR EACH ROW EXECUTE FUNCTION crm_changed();

INSERT INTO price_types (name) VALUES ('Розничная'), ('Оптовая');

INSERT INTO clients (name, legal_name, tax_id, tax_branch_id, phone, email, price_type, manager)
SELECT name, 'ООО «' || name || '»', '77' || lpad((n * 7919)::text, 8, '0'), '770101001',
       '+7495' || lpad((n * 31337)::text, 7, '0'), 'zakupki@client' || n || '.example',
       CASE WHEN n % 3 = 0 THEN 1 ELSE 2 END, CASE WHEN n % 2 = 1 THEN 'anna' ELSE 'boris' END
FROM unnest(ARRAY['Стройдом', 'Мастер и К', 'Северный ветер', 'Лаг; сервис', 'Прораб', 'Техснаб',
                  'Дом "Уют"', 'Энергия', 'Вектор', 'Фасад', 'Кровля', 'Опора'])
     WITH ORDINALITY AS of_morning (name, n)
ORDER BY n;

INSERT INTO contracts (number, client, valid_from, payment_days, credit_limit, price_type)
VALUES ('Д-1', 1, '2026-01-01', 30, 500000, 2), ('Д-2', 2, '2026-03-15', 14, 120000.50, 2);

-- What the hub may do, and no more.
CREATE ROLE entrepot LOGIN;
GRANT SELECT ON price_types, contracts TO entrepot;
GRANT SELECT, INSERT, UPDATE ON clients TO entrepot;
GRANT USAGE ON SEQUENCE clients_id_seq TO entrepot;
