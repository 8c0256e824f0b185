//! Cyrillic, Greek, Hebrew, Arabic and Armenian letters in Latin ones, as names in user names
//! and addresses are commonly written.

/// What stands for a letter; nothing for a letter that is not known here.
pub(crate) fn letters(letter: char) -> Option<&'static str> {
    TABLE.split(' ').find_map(|pair| pair.strip_prefix(letter))
}

/// A letter, then its Latin ones, which may be none.
const TABLE: &str = "\
АA БB ВV ГG ДD ЕE ЖZh ЗZ ИI ЙY КK ЛL МM НN ОO ПP РR СS ТT УU ФF ХKh ЦTs ЧCh ШSh ЩSch \
Ъ ЫY Ь ЭE ЮYu ЯYa аa бb вv гg дd еe жzh зz иi йy кk лl мm нn оo пp рr сs тt уu фf \
хkh цts чch шsh щsch ъ ыy ь эe юyu яya ΑA ΒB ΓG ΔD ΕE ΖZ ΗI ΘTH ΙI ΚK ΛL ΜM ΝN ΞKS \
ΟO ΠP ΡR ΣS ΤT ΥY ΦF ΧX ΨPS ΩO αa βv γg δd εe ζz ηi θth ιi κk λl μm νn ξks οo πp ρr \
σs ςs τt υy φf χx ψps ωo אa בb גg דd הh וv זz חch טt יy כk ךkh לl מm םm נn ןn סs עa \
פf ףph צts ץts קk רr שsh תt ءe آa أa ؤw إi ئy اa بb ةt تt ثth جj حh خkh دd ذdh رr زz \
سs شsh صs ضd طt ظz عe غgh ـ_ فf قq كk لl مm نn هh وw ىa يy پp چch ژzh کk گg یy ԱA ԲB \
ԳG ԴD ԵYe ԶZ ԷE ԸY ԹT ԺZh ԻI ԼL ԽKh ԾTs ԿK ՀH ՁDz ՂGh ՃTch ՄM ՅY ՆN ՇSh ՈVo ՉCh ՊP \
ՋJ ՌR ՍS ՎV ՏT ՐR ՑC ՓP ՔQ ՕO ՖF աa բb գg դd եye զz էe ըy թt ժzh իi լl խkh ծts կk հh \
ձdz ղgh ճtch մm յy նn շsh ոvo չch պp ջj ռr սs վv տt րr ցc փp քq օo ֆf ևyev";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_of_several_scripts() {
        for (letter, latin) in [
            ('Щ', "Sch"),
            ('ь', ""),
            ('Ω', "O"),
            ('ש', "sh"),
            ('خ', "kh"),
            ('ֆ', "f"),
        ] {
            assert_eq!(letters(letter), Some(latin), "{letter}");
        }
        assert_eq!(letters('é'), None);
        assert_eq!(letters('中'), None);
    }
}
