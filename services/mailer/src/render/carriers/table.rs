//! The carriers and their tracking pages.
//!
//! No carrier's site can be asked by a test, so each page names where its form is known from, and how surely:
//! [`Proof::Seen`] where that source has seen a parcel on the page, is the carrier's own program or its documentation;
//! [`Proof::Used`] where several independent shops and libraries use the form and nothing contradicts it. A form that
//! is only guessed at, that others report as broken, or that needs a log-in, is not in the table.
//!
//! To add a carrier, add a row. A carrier's names are those that shops and shop systems write; case, spaces and
//! punctuation do not matter. Of its pages, the first that fits is taken.

use super::number::Shape::{self, Digits, Mixed, S10, Starts};
use super::page::Proof::{self, Seen, Used};
use super::page::{Carrier, TrackingPage, page};

const EVERYWHERE: &[&str] = &[];

/// Every carrier. A name stands for one row only: where it is ambiguous, that row decides by the country of delivery or
/// by the number, or gives no page.
pub const CARRIERS: &[Carrier] = &[
    Carrier {
        names: &["DHL"],
        pages: &[DHL_PAKET, DHL_US_MAIL, DHL_ANY],
    },
    Carrier {
        names: &["DHL Paket", "DHL Paket DE", "DHL Parcel DE", "DHL Germany", "DHL DE", "DHL Deutschland"],
        pages: &[page(EVERYWHERE, PAKET_NUMBERS, DHL_PAKET.url, USED_DHL_PAKET).in_languages(DE_EN)],
    },
    Carrier {
        names: &["DHL Express", "DHL Express Worldwide", "DHL Worldwide Express", "MyDHL", "DHL Intl"],
        pages: &[DHL_ANY],
    },
    Carrier {
        names: &["DHL eCommerce", "DHL eCommerce US", "DHL eCommerce America", "DHL Global Mail"],
        pages: &[DHL_US_MAIL],
    },
    Carrier {
        names: &["UPS", "United Parcel Service", "UPS Ground", "UPS Standard", "UPS Express", "UPS Saver"],
        pages: &[page(
            EVERYWHERE,
            &[Starts("1Z", 18, 18), Starts("T", 11, 11), Digits(9, 9), Digits(12, 12)],
            "https://www.ups.com/track?tracknum={number}",
            Seen("github.com/ha-parcel-integrations/ha-ups"),
        )],
    },
    Carrier {
        names: &["FedEx", "Federal Express", "FDX", "FDXE", "FDXG", "FedEx Express", "FedEx Ground"],
        pages: &[page(
            EVERYWHERE,
            &[Digits(12, 12), Digits(14, 15), Digits(20, 22), Digits(34, 34)],
            "https://www.fedex.com/fedextrack/?trknbr={number}",
            Seen("github.com/ha-parcel-integrations/ha-fedex, github.com/karrioapi/karrio"),
        )],
    },
    Carrier {
        names: &["USPS", "US Postal Service", "United States Postal Service", "USPS Priority Mail", "USPS First Class"],
        pages: &[page(
            EVERYWHERE,
            &[Digits(20, 34), S10(&[])],
            "https://tools.usps.com/go/TrackConfirmAction?tLabels={number}",
            Seen("github.com/jkeen/tracking_number_data, github.com/karrioapi/karrio"),
        )],
    },
    Carrier {
        names: &[
            "Royal Mail", "Royal Mail Tracked", "Royal Mail Tracked 24", "Royal Mail Tracked 48",
            "Royal Mail Special Delivery", "Royal Mail Signed For", "RoyalMail UK",
        ],
        pages: &[page(
            EVERYWHERE,
            &[S10(&["GB"]), Mixed(11, 27)],
            "https://www.royalmail.com/track-your-item#/tracking-results/{number}",
            Used("github.com/woocommerce: Shipment Tracking"),
        )],
    },
    Carrier {
        names: &["Parcelforce", "Parcelforce Worldwide"],
        pages: &[page(
            EVERYWHERE,
            &[S10(&["GB"]), Starts("P", 9, 14)],
            "https://www.parcelforce.com/track-trace?trackNumber={number}",
            Used("github.com/woocommerce: Shipment Tracking"),
        )],
    },
    Carrier { names: &["DPD"], pages: &[DPD_GB, DPD_DE, DPD_FR, DPD_NL, DPD_BE, DPD_PL] },
    Carrier { names: &["DPD UK", "DPD GB", "DPD Local", "DPD.co.uk"], pages: &[DPD_GB] },
    Carrier { names: &["DPD DE", "DPD Germany", "DPD Deutschland"], pages: &[DPD_DE] },
    Carrier { names: &["DPD FR", "DPD France"], pages: &[DPD_FR] },
    Carrier { names: &["DPD NL", "DPD Netherlands", "DPD Nederland"], pages: &[DPD_NL] },
    Carrier { names: &["DPD BE", "DPD Belgium"], pages: &[DPD_BE] },
    Carrier { names: &["DPD PL", "DPD Poland", "DPD Polska"], pages: &[DPD_PL] },
    Carrier {
        names: &["GLS", "GLS Group", "General Logistics Systems", "GLS DE", "GLS Germany", "GLS NL", "GLS FR"],
        pages: &[
            page(
                &["NL"],
                GLS_NUMBERS,
                "https://www.gls-info.nl/tracking?trackid={number}&zipcode={postcode}",
                Seen("github.com/ha-parcel-integrations/ha-gls"),
            ),
            // GLS in Italy, Spain and America is another system with other numbers.
            page(
                &[
                    "AT", "BE", "CZ", "DE", "DK", "FI", "FR", "HR", "HU", "IE", "LU", "PL", "PT", "RO", "SI", "SK",
                ],
                GLS_NUMBERS,
                "https://gls-group.com/GROUP/en/parcel-tracking?match={number}",
                Used("github.com/ha-parcel-integrations/ha-gls"),
            ),
        ],
    },
    // Two companies since 2020; the one in Great Britain calls itself Evri.
    Carrier { names: &["Hermes", "myHermes"], pages: &[HERMES_DE, EVRI_GB] },
    Carrier {
        names: &["Hermes DE", "Hermes Germany", "Hermes Deutschland", "Hermes Paket", "Hermes Logistik"],
        pages: &[page(EVERYWHERE, HERMES_DE.numbers, HERMES_DE.url, USED_HERMES)],
    },
    Carrier {
        names: &["Evri", "Evri UK", "Hermes UK", "Evri Hermes", "Hermes Evri", "myHermes UK"],
        pages: &[page(EVERYWHERE, EVRI_GB.numbers, EVRI_GB.url, SEEN_EVRI)],
    },
    Carrier {
        names: &["PostNL", "PostNL International", "Post NL", "PostNL Parcels"],
        pages: &[page(
            &["NL", "BE", "DE", "FR", "LU", "AT", "GB", "ES", "IT", "DK", "SE"],
            &[Starts("3S", 13, 15), S10(&["NL"])],
            "https://jouw.postnl.nl/track-and-trace/{number}-{country}-{postcode}",
            Used("shops of the Netherlands; PostNL's own programming interface has the same three parts"),
        )],
    },
    Carrier {
        names: &["La Poste", "Colissimo", "La Poste Colissimo", "La Poste (Colissimo)", "Laposte FR"],
        pages: &[page(
            EVERYWHERE,
            &[Mixed(11, 15)],
            "https://www.laposte.fr/outils/suivre-vos-envois?code={number}",
            Seen("github.com/karrioapi/karrio; La Poste redirects its old address there"),
        )],
    },
    Carrier {
        names: &["Chronopost", "Chronopost France", "Chronopost International"],
        pages: &[page(
            EVERYWHERE,
            &[Mixed(13, 15)],
            "https://www.chronopost.fr/tracking-no-cms/suivi-page?listeNumerosLT={number}",
            Seen("github.com/karrioapi/karrio"),
        )],
    },
    // Many countries' posts are called so; the number or the country tells that it is Spain's.
    Carrier {
        names: &["Correos"],
        pages: &[
            page(EVERYWHERE, &[S10(&["ES"])], CORREOS_URL, SEEN_CORREOS),
            page(&["ES", "AD"], CORREOS_NUMBERS, CORREOS_URL, SEEN_CORREOS),
        ],
    },
    Carrier {
        names: &["Correos ES", "Correos España", "Correos Espana", "Correos Spain"],
        pages: &[page(EVERYWHERE, CORREOS_NUMBERS, CORREOS_URL, SEEN_CORREOS)],
    },
    Carrier {
        names: &["Poste Italiane", "Poste", "Poste IT", "Poste Italiane Crono", "Poste Delivery Business"],
        pages: &[page(
            &["IT", "SM", "VA"],
            &[Mixed(9, 20)],
            "https://www.poste.it/cerca/index.html#/risultati-spedizioni/{number}",
            Used("github.com/ha-parcel-integrations/ha-poste-italiane"),
        )],
    },
    Carrier {
        names: &["PostNord", "Post Nord", "PostNord Sweden", "PostNord Sverige", "PostNord SE", "PostNord Danmark",
            "PostNord DK", "PostNord Denmark", "PostNord Norge", "PostNord NO", "PostNord Logistics"],
        pages: &[page(
            EVERYWHERE,
            &[S10(&["SE", "DK", "NO", "FI"]), Digits(10, 20), Mixed(13, 13)],
            "https://tracking.postnord.com/{language}/tracking?id={number}",
            Seen("github.com/ha-parcel-integrations/ha-postnord"),
        )
        .in_languages(&[("en", "en"), ("sv", "se"), ("da", "dk"), ("nb", "no"), ("no", "no")])],
    },
    Carrier {
        names: &["InPost", "InPost PL", "InPost Paczkomaty", "Paczkomaty InPost", "Paczkomaty", "InPost Kurier"],
        pages: &[page(
            &["PL"],
            &[Digits(24, 24)],
            "https://inpost.pl/sledzenie-przesylek?number={number}",
            Seen("github.com/ha-parcel-integrations/ha-inpost"),
        )],
    },
    Carrier {
        names: &["Canada Post", "Postes Canada", "Canada Post Expedited", "Canada Post Xpresspost", "CanadaPost"],
        pages: &[page(
            EVERYWHERE,
            &[Digits(16, 16), S10(&["CA"])],
            "https://www.canadapost-postescanada.ca/track-reperage/{language}#/details/{number}",
            Seen("github.com/ha-parcel-integrations/ha-canada-post"),
        )
        .in_languages(&[("en", "en"), ("fr", "fr")])],
    },
    Carrier {
        names: &["Australia Post", "AusPost", "Australia Post eParcel", "eParcel", "Express Post Australia"],
        pages: &[page(
            EVERYWHERE,
            &[Mixed(10, 24)],
            "https://auspost.com.au/mypost/track/details/{number}",
            Used("github.com/woocommerce/woocommerce: fulfilment providers"),
        )],
    },
    Carrier {
        names: &["Japan Post", "日本郵便", "ゆうパック", "Yu-Pack", "JP Post", "Japan Post EMS"],
        pages: &[JAPAN_POST],
    },
    Carrier {
        names: &["Yamato", "Yamato Transport", "Kuroneko Yamato", "ヤマト運輸", "クロネコヤマト", "宅急便"],
        // The newer page of member.kms.kuronekoyamato.co.jp asks for a log-in.
        pages: &[page(
            EVERYWHERE,
            &[Digits(12, 12)],
            "https://toi.kuronekoyamato.co.jp/cgi-bin/tneko?number00=1&number01={number}",
            Used("shops of Japan"),
        )],
    },
    Carrier {
        names: &["Sagawa", "Sagawa Express", "佐川急便", "Sagawa (EN)"],
        pages: &[page(
            EVERYWHERE,
            &[Digits(10, 12)],
            "https://k2k.sagawa-exp.co.jp/p/web/okurijosearch.do?okurijoNo={number}",
            Seen("programs that read this page, such as github.com/wwwcfe/alfred-jp-track"),
        )],
    },
    Carrier {
        names: &["SF Express", "S.F. Express", "SF International", "ShunFeng", "顺丰", "顺丰速运", "順豐速運"],
        pages: &[page(
            EVERYWHERE,
            &[Starts("SF", 14, 15), Digits(12, 12)],
            "https://www.sf-international.com/us/en/dynamic_function/waybill/#search/bill-number/{number}",
            Used("shops of China and Malaysia"),
        )],
    },
    Carrier {
        names: &["China Post", "China EMS", "China Post EMS", "ePacket", "中国邮政", "邮政EMS"],
        pages: &[CHINA_POST],
    },
    // The express mail service of every postal company; the end of the number names the country that sent it.
    Carrier { names: &["EMS", "Express Mail Service"], pages: &[CHINA_POST, JAPAN_EMS] },
    Carrier {
        names: &["Cainiao", "菜鸟", "AliExpress Standard Shipping", "Cainiao Global", "Global Cainiao"],
        pages: &[page(
            EVERYWHERE,
            &[Mixed(10, 30)],
            "https://global.cainiao.com/detail.htm?mailNoList={number}",
            Seen("github.com/ha-parcel-integrations/ha-cainiao"),
        )],
    },
    Carrier {
        names: &["Aramex", "Aramex International", "Aramex Australia", "Aramex New Zealand"],
        pages: &[
            page(&["AU"], ARAMEX_NUMBERS, "https://www.aramex.com.au/tools/track?l={number}", SEEN_ARAMEX),
            page(&["NZ"], ARAMEX_NUMBERS, "https://www.aramex.co.nz/tools/track?l={number}", SEEN_ARAMEX),
            page(
                EVERYWHERE,
                &[Digits(10, 12)],
                "https://www.aramex.com/us/en/track/results?ShipmentNumber={number}",
                Used("shops of the Emirates"),
            ),
        ],
    },
    Carrier {
        names: &["bpost", "b-post", "bpost International", "bpost BE", "bpack", "Belgian Post", "Belgium Post"],
        pages: &[
            page(
                &["BE"],
                BPOST_NUMBERS,
                "https://track.bpost.cloud/btr/web/#/search?itemCode={number}&lang={language}&postalCode={postcode}",
                Seen("github.com/ha-parcel-integrations/ha-bpost"),
            )
            .in_languages(BPOST_LANGUAGES),
            page(
                EVERYWHERE,
                BPOST_NUMBERS,
                "https://track.bpost.cloud/btr/web/#/search?itemCode={number}&lang={language}",
                Seen("github.com/karrioapi/karrio"),
            )
            .in_languages(BPOST_LANGUAGES),
        ],
    },
    Carrier {
        names: &["Österreichische Post", "Oesterreichische Post", "Osterreichische Post", "Austrian Post", "Post AT",
            "Post Österreich", "Austria Post"],
        pages: &[page(EVERYWHERE, AUSTRIA_NUMBERS, AUSTRIA_URL, SEEN_AUSTRIA)],
    },
    Carrier {
        names: &["Swiss Post", "Schweizerische Post", "Die Schweizerische Post", "Post CH", "SwissPost", "Schweizer Post",
            "La Poste Suisse", "La Posta Svizzera"],
        pages: &[page(EVERYWHERE, SWISS_NUMBERS, SWISS_URL, SEEN_SWISS)],
    },
    Carrier {
        names: &["Post", "Die Post"],
        pages: &[
            page(&["AT"], AUSTRIA_NUMBERS, AUSTRIA_URL, SEEN_AUSTRIA),
            page(&["CH", "LI"], SWISS_NUMBERS, SWISS_URL, SEEN_SWISS),
        ],
    },
];

const DE_EN: &[(&str, &str)] = &[("en", "en"), ("de", "de")];

const PAKET_NUMBERS: &[Shape] =
    &[Digits(12, 12), Starts("0034", 20, 20), Starts("JJD", 18, 24), S10(&["DE"])];
const USED_DHL_PAKET: Proof = Used("github.com/ha-parcel-integrations/ha-dhl");
const DHL_PAKET: TrackingPage = page(
    &["DE"],
    PAKET_NUMBERS,
    "https://www.dhl.de/{language}/privatkunden/pakete-empfangen/verfolgen.html?piececode={number}",
    USED_DHL_PAKET,
)
.in_languages(DE_EN);
/// DHL's page for all its networks shows nothing of a number of the United States Postal Service.
const DHL_US_MAIL: TrackingPage = page(
    &["US"],
    &[Starts("GM", 18, 22), Starts("9", 22, 22), Starts("420", 30, 34)],
    "https://webtrack.dhlglobalmail.com/?trackingnumber={number}",
    Seen("github.com/woocommerce/woocommerce: fulfilment providers"),
);
const DHL_ANY: TrackingPage = page(
    EVERYWHERE,
    &[
        Digits(10, 11),
        Digits(12, 12),
        Starts("0034", 20, 20),
        Starts("JD", 12, 24),
        Starts("JJD", 12, 24),
        Starts("JVGL", 12, 24),
        S10(&["DE"]),
    ],
    "https://www.dhl.com/global-en/home/tracking.html?submit=1&tracking-id={number}",
    Seen("github.com/karrioapi/karrio"),
);

const DPD_GB: TrackingPage = page(
    &["GB", "GG", "IM", "JE"],
    &[Digits(10, 10), Digits(14, 14)],
    "https://track.dpd.co.uk/search?reference={number}",
    Used("Mintsoft's and other shipping systems' documentation"),
);
/// Asks for the postal code itself, and takes none from a link.
const DPD_DE: TrackingPage = page(
    &["DE", "AT", "CH"],
    DPD_NUMBERS,
    "https://tracking.dpd.de/status/{language}/parcel/{number}",
    Used("github.com/metasfresh/metasfresh"),
)
.in_languages(&[("en", "en_US"), ("de", "de_DE")]);
const DPD_FR: TrackingPage = page(
    &["FR", "MC"],
    &[Digits(12, 18)],
    "https://trace.dpd.fr/fr/trace/{number}",
    Seen("programs that read this page"),
);
const DPD_NL: TrackingPage = page(
    &["NL"],
    DPD_NUMBERS,
    "https://www.dpdgroup.com/nl/mydpd/my-parcels/search?parcelNumber={number}",
    Seen("github.com/ha-parcel-integrations/ha-dpd"),
);
const DPD_BE: TrackingPage = page(
    &["BE", "LU"],
    DPD_NUMBERS,
    "https://www.dpdgroup.com/be/mydpd/my-parcels/search?parcelNumber={number}",
    Used("github.com/karrioapi/karrio has its sibling, my-parcels/track"),
);
const DPD_PL: TrackingPage = page(
    &["PL"],
    &[Digits(13, 14), Mixed(14, 15)],
    "https://tracktrace.dpd.com.pl/parcelDetails?typ=1&p1={number}",
    Used("github.com/woocommerce: Shipment Tracking"),
);
const DPD_NUMBERS: &[Shape] = &[Digits(14, 14), Mixed(15, 15)];

const GLS_NUMBERS: &[Shape] = &[Digits(11, 14), Digits(20, 20), Mixed(8, 8)];

const USED_HERMES: Proof = Used("github.com/ha-parcel-integrations/ha-hermes");
const HERMES_DE: TrackingPage = page(
    &["DE"],
    &[Digits(14, 14), Digits(16, 16), Digits(20, 20), Starts("H", 20, 20)],
    "https://www.myhermes.de/empfangen/sendungsverfolgung/sendungsinformation#{number}",
    USED_HERMES,
);
const SEEN_EVRI: Proof = Seen("github.com/ha-parcel-integrations/ha-evri");
const EVRI_GB: TrackingPage = page(
    &["GB", "GG", "IM", "JE"],
    &[Mixed(16, 16), Digits(24, 28)],
    "https://www.evri.com/track/parcel/{number}/details",
    SEEN_EVRI,
);

const CORREOS_NUMBERS: &[Shape] = &[Mixed(13, 13), Mixed(23, 23)];
const CORREOS_URL: &str =
    "https://www.correos.es/es/es/herramientas/localizador/envios/detalle?tracking-number={number}";
const SEEN_CORREOS: Proof = Seen("github.com/ha-parcel-integrations/ha-correos");

const JAPAN_POST: TrackingPage = page(
    EVERYWHERE,
    &[Digits(11, 13), S10(&["JP"])],
    "https://trackings.post.japanpost.jp/services/srv/search/direct?reqCodeNo1={number}&locale={language}",
    Seen("programs that read this page"),
)
.in_languages(&[("en", "en"), ("ja", "ja")]);
const JAPAN_EMS: TrackingPage = TrackingPage { numbers: &[S10(&["JP"])], ..JAPAN_POST };

const CHINA_POST: TrackingPage = page(
    EVERYWHERE,
    &[S10(&["CN"])],
    "https://www.ems.com.cn/queryList?mailNum={number}",
    Used("shops of China"),
);

const ARAMEX_NUMBERS: &[Shape] = &[Digits(10, 12), Mixed(12, 12)];
const SEEN_ARAMEX: Proof = Seen("github.com/ha-parcel-integrations/ha-aramex");

const BPOST_NUMBERS: &[Shape] = &[Digits(12, 12), Digits(18, 24), S10(&["BE"])];
const BPOST_LANGUAGES: &[(&str, &str)] = &[("en", "en"), ("nl", "nl"), ("fr", "fr"), ("de", "de")];

const AUSTRIA_NUMBERS: &[Shape] = &[Digits(22, 22), S10(&["AT"])];
const AUSTRIA_URL: &str = "https://www.post.at/s/sendungsdetails?snr={number}";
const SEEN_AUSTRIA: Proof = Seen("github.com/ha-parcel-integrations/ha-oesterreichische-post");

const SWISS_NUMBERS: &[Shape] = &[Starts("99", 18, 18), S10(&["CH"])];
const SWISS_URL: &str = "https://service.post.ch/ekp-web/ui/entry/search/{number}";
const SEEN_SWISS: Proof = Seen("github.com/ha-parcel-integrations/ha-swiss-post");
