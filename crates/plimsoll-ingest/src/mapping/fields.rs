//! What can be asked of a column? The fields that a mapping fills, in the order in which a guess
//! gives columns to them.

/// Declares the fields: variant, name in mapping files, what it is.
macro_rules! fields {
    ($($variant:ident $name:literal $what:literal;)*) => {
        /// A field of a mapping.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Field {
            $(#[doc = $what] $variant,)*
        }

        impl Field {
            /// All, the most wanted first.
            pub const ALL: &'static [Field] = &[$(Field::$variant,)*];

            /// The name in mapping files.
            pub fn name(self) -> &'static str {
                match self { $(Field::$variant => $name,)* }
            }

            /// What it is, in a few words.
            pub fn what(self) -> &'static str {
                match self { $(Field::$variant => $what,)* }
            }
        }
    };
}

fields! {
    Code "code" "commodity code";
    Importer "importer" "who receives: importer, buyer, else consignee";
    Exporter "exporter" "who sends: exporter, supplier, else shipper";
    Date "date" "day of the declaration or shipment";
    Year "year" "year, where there is no date";
    Month "month" "month, beside a year";
    Value "value" "value of the line";
    NetWeight "net_weight" "net weight";
    GrossWeight "gross_weight" "gross weight";
    Quantity "quantity" "quantity";
    Unit "unit" "unit of the quantity";
    WeightUnit "weight_unit" "unit of the weights";
    Origin "origin" "country of origin";
    Destination "destination" "country of destination";
    Dispatch "dispatch" "country of dispatch, export or consignment";
    Trading "trading" "country of the seller or buyer: trading, acquisition";
    ExporterCountry "exporter_country" "country of the exporter";
    ImporterCountry "importer_country" "country of the importer";
    Currency "currency" "currency of the value";
    Description "description" "the goods in words";
    HsDescription "hs_description" "the heading of the code in words";
    Document "document" "number of the declaration or bill of lading";
    Item "item" "number of the line within its document";
    Consignee "consignee" "consignee, beside an importer";
    Consignor "consignor" "consignor or shipper, beside an exporter";
    Notify "notify" "notify party";
    Declarant "declarant" "declarant, broker or agent";
    ContractHolder "contract_holder" "holder of the contract";
    Manufacturer "manufacturer" "manufacturer";
    Brand "brand" "brand or model";
    ExporterId "exporter_id" "register or tax number of the exporter";
    ImporterId "importer_id" "register or tax number of the importer";
    DeclarantId "declarant_id" "register or tax number of the declarant";
    ExporterAddress "exporter_address" "address of the exporter";
    ImporterAddress "importer_address" "address of the importer";
    Packages "packages" "number of packages";
    Flow "flow" "import or export";
    Reporter "reporter" "who reports (statistics)";
    Partner "partner" "the other side (statistics)";
}

impl Field {
    /// By its name in mapping files.
    pub fn by_name(name: &str) -> Option<Field> {
        Field::ALL.iter().copied().find(|f| f.name() == name)
    }

    /// Only in statistics.
    pub fn is_of_statistics(self) -> bool {
        matches!(self, Field::Reporter | Field::Partner)
    }
}
